# SPDX-License-Identifier: MIT
#
# perl.pl ROUNDS: hashes of arrays, string building, splitting and sorting.
# Perl takes bodies of scalars from arenas of its own; what reaches malloc are the
# string buffers, the arrays and the hash tables, often resized by realloc.
# The hash order is fixed by the driver (PERL_HASH_SEED=0), or two runs would not
# allocate alike.

use strict;
use warnings;

my $rounds = shift @ARGV;
my (%index, $checksum);
for my $round (1 .. $rounds) {
    my $key = 'key' . ($round * 7919 % 50021);
    my $text = join ',', map { $key . ('x' x ($_ * $round % 40)) } 1 .. 6;
    my @parts = split /,/, $text;
    push @{ $index{$key} }, \@parts, { text => $text, round => $round };
    if (@{ $index{$key} } > 6) { $checksum += scalar @{ delete $index{$key} } }
}
for my $key (sort keys %index) {
    (my $copy = $index{$key}[1]{text}) =~ s/x+/yy/g;
    $checksum += length $copy;
}
print "$checksum\n";
