# Orders a CSV by its last column, the largest first, and adds each line's share; its total goes to a file of its own.
use strict;
use warnings;

my ($source, $target, $total_file, $top) = @ARGV;
open(my $in, '<', $source) or die "$source: $!\n";
chomp(my $head = <$in>);
my @rows = map { chomp; [split /,/] } <$in>;
close $in;

my $total = 0;
$total += $_->[-1] for @rows;
@rows = sort { $b->[-1] <=> $a->[-1] } @rows;
splice(@rows, $top) if $top < @rows;

open(my $out, '>', $target) or die "$target: $!\n";
print $out "$head,share\n";
print $out join(',', @$_, sprintf('%.3f', $_->[-1] / $total)), "\n" for @rows;
close $out;

open(my $sum, '>', $total_file) or die "$total_file: $!\n";
print $sum $total;
close $sum;
printf "%d areas, %.2f in all\n", scalar @rows, $total;
