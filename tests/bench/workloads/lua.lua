-- SPDX-License-Identifier: MIT
--
-- lua.lua ROUNDS: tables, strings and closures made and dropped at a high rate.
-- Lua asks malloc for every table part and every string and has no allocator of
-- its own, so this is the program in which an allocator shows most.  Part of the
-- objects live long (a ring), part die at once, so the collector frees in an
-- order that is neither first nor last in.

local rounds = tonumber(arg[1])
local ring, ring_size, checksum = {}, 20000, 0

local function tree(depth)
    if depth == 0 then return { depth } end
    return { tree(depth - 1), tree(depth - 1) }
end

for round = 1, rounds do
    local place = round % ring_size + 1
    local words = {}
    for i = 1, 8 do words[i] = "word" .. (round * i) % 5003 .. "-" .. i end
    ring[place] = { name = table.concat(words, " "), words = words,
                    measure = function() return #words + round end }
    checksum = checksum + ring[place].measure()
    if round % 2000 == 0 then checksum = checksum + #tree(12) end
end
print(checksum)
