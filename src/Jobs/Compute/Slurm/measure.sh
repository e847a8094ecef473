# Writes what the processes of this session take of the machine to $1, every $2 seconds, as lines "METRIC VALUE" and an empty line. The names
# and units are MLflow's. Ends with the script that started it.
read -r -a self </proc/self/stat
exec awk -v session="${self[5]}" -v starter="/proc/$PPID/stat" -v interval="$2" -v processors="$(nproc)" -v page="$(getconf PAGESIZE)" -v tick="$(getconf CLK_TCK)" '
function field(file, name,    line, parts) {
    line = 0
    while ((getline line < file) > 0) if (split(line, parts, /[: ]+/) && parts[1] == name) { close(file); return parts[2] }
    close(file)
    return 0
}
function network(which,    file, line, parts, sum) {
    file = "/proc/net/dev"
    while ((getline line < file) > 0) {
        sub(/^ +/, "", line)
        if (split(line, parts, /[: ]+/) > 10 && parts[1] != "lo" && parts[2] ~ /^[0-9]+$/) sum += parts[which]
    }
    close(file)
    return sum + 0
}
function now(    line) { getline line < "/proc/uptime"; close("/proc/uptime"); split(line, up, " "); return up[1] }
function goes_on(    line, found) { found = (getline line < starter) > 0; close(starter); return found }
function tell(name, value) { printf "system/%s %.6f\n", name, value }
function look(    list, id, line, stat, rest, resident, key, used, read, written, elapsed, time, space, disk) {
    list = "ls /proc"
    while ((list | getline id) > 0) {
        if (id !~ /^[0-9]+$/) continue
        stat = "/proc/" id "/stat"
        line = ""
        if ((getline line < stat) > 0) {
            # The name may hold anything, parentheses too.
            match(line, /.*\) /)
            split(substr(line, RLENGTH + 1), rest, " ")
            if (rest[4] == session) {
                resident += rest[22] * page
                key = id " " rest[20]
                ticks[key] = rest[12] + rest[13]
                reads[key] = field("/proc/" id "/io", "read_bytes")
                writes[key] = field("/proc/" id "/io", "write_bytes")
            }
        }
        close(stat)
    }
    close(list)
    for (key in ticks) { used += ticks[key]; read += reads[key]; written += writes[key] }
    time = now()
    elapsed = time - before
    tell("cpu_utilization_percentage", elapsed > 0 ? 100 * (used - known) / tick / elapsed / processors : 0)
    known = used
    before = time
    tell("system_memory_usage_megabytes", resident / 1e6)
    tell("system_memory_usage_percentage", 100 * resident / (field("/proc/meminfo", "MemTotal") * 1024))
    tell("disk_read_megabytes", read / 1e6)
    tell("disk_write_megabytes", written / 1e6)
    space = "df -kP ."
    while ((space | getline line) > 0) split(line, disk, / +/)
    close(space)
    tell("disk_usage_megabytes", (disk[2] - disk[4]) * 1024 / 1e6)
    tell("disk_usage_percentage", disk[2] > 0 ? 100 * (disk[2] - disk[4]) / disk[2] : 0)
    tell("disk_available_megabytes", disk[4] * 1024 / 1e6)
    tell("network_receive_megabytes", (network(2) - received) / 1e6)
    tell("network_transmit_megabytes", (network(10) - sent) / 1e6)
    print ""
    fflush()
}
BEGIN {
    received = network(2)
    sent = network(10)
    before = now()
    # Of a short step something is known too.
    system("sleep " (interval < 1 ? interval : 1))
    while (goes_on()) { look(); system("sleep " interval) }
}' >"$1" 2>/dev/null
