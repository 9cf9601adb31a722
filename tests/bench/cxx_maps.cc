// SPDX-License-Identifier: MIT
//
// cxx_maps THREADS OPERATIONS: what a C++ program does with its allocator.
// Each thread keeps a std::map and a std::unordered_map from strings to vectors of
// strings, inserts, replaces and erases at random, and hands one record in 64 over
// to the next thread through a locked mailbox: the receiver frees what another
// thread allocated.  With one thread it is its own neighbour, so both variants do
// the same work.
// Built by the driver with g++ -O2 where there is one; configure needs no C++.
// The objects are real strings above the small-string limit, so that each costs an
// allocation.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

namespace {

using Record = std::vector<std::string>;

struct Mailbox {
	std::mutex lock;
	std::vector<Record> records;
};

constexpr std::uint64_t key_count = 20000;
constexpr std::size_t mailbox_limit = 64;

std::uint64_t
random_next(std::uint64_t &state)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

Record
make_record(std::uint64_t value)
{
	Record record;
	for (std::uint64_t i = 0; i <= value % 4; i++)
		record.emplace_back(16 + (value >> (8 * i)) % 100, static_cast<char>('a' + i));
	return record;
}

/* A full mailbox is emptied by whoever finds it full: nobody ever waits. */
void
send(Mailbox &mailbox, Record record)
{
	std::vector<Record> taken;
	std::lock_guard<std::mutex> guard(mailbox.lock);
	if (mailbox.records.size() >= mailbox_limit)
		taken.swap(mailbox.records);
	mailbox.records.push_back(std::move(record));
}

void
work(std::uint64_t seed, std::uint64_t operations, Mailbox &own, Mailbox &next)
{
	std::map<std::string, Record> ordered;
	std::unordered_map<std::string, Record> hashed;
	for (std::uint64_t i = 0; i < operations; i++) {
		const std::uint64_t value = random_next(seed);
		std::string key = "a key of the map number " + std::to_string(value % key_count);
		switch (value >> 60) {
		case 0: case 1: case 2:
			ordered.erase(key);
			break;
		case 3: case 4: case 5:
			hashed.erase(key);
			break;
		case 6: case 7: case 8: case 9: case 10:
			ordered[key] = make_record(value >> 8);
			break;
		default:
			hashed[std::move(key)] = make_record(value >> 8);
			break;
		}
		if (i % 64 == 0) {
			send(next, make_record(value >> 8));
			std::vector<Record> received;
			std::lock_guard<std::mutex> guard(own.lock);
			received.swap(own.records);
		}
	}
	std::printf("%zu\n", ordered.size() + hashed.size());
}

} // namespace

int
main(int argc, char **argv)
{
	if (argc != 3) {
		std::fprintf(stderr, "usage: cxx_maps THREADS OPERATIONS\n");
		return 1;
	}
	const std::size_t thread_count = std::strtoul(argv[1], nullptr, 10);
	const std::uint64_t operations = std::strtoull(argv[2], nullptr, 10);
	std::vector<Mailbox> mailboxes(thread_count);
	std::vector<std::thread> threads;
	for (std::size_t i = 1; i < thread_count; i++)
		threads.emplace_back(work, 0x9e3779b97f4a7c15 + 2 * i, operations / thread_count,
		    std::ref(mailboxes[i]), std::ref(mailboxes[(i + 1) % thread_count]));
	work(0x9e3779b97f4a7c15, operations / thread_count, mailboxes[0],
	    mailboxes[1 % thread_count]);
	for (std::thread &thread : threads)
		thread.join();
	return 0;
}
