# Sums the column `value` of a CSV by the column `key`: one line for each, in no order.
BEGIN { FS = OFS = "," }
NR == 1 {
    for (i = 1; i <= NF; i++) column[$i] = i
    if (!(key in column) || !(value in column)) {
        print "no such column: " key " or " value > "/dev/stderr"
        exit 1
    }
    print key, "trips", value
    next
}
{ sum[$column[key]] += $column[value]; count[$column[key]]++ }
END { for (one in sum) print one, count[one], sum[one] }
