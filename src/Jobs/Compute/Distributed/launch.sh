# Runs $command once for each entry of $of, which exports the variables of one process.
# Each line is logged behind its rank. The first that fails ends all others.
# On one of several nodes it runs $each of them, from the $first on, and the first of all that fails is noted in $failed.

# With Open MPI the processes can talk to each other; without it they are told who they are all the same.
if [[ -z ${failed:-} && $type == mpi ]] && command -v mpirun >/dev/null && [[ $(mpirun --version 2>/dev/null) == *"Open MPI"* ]]; then
    exec mpirun --allow-run-as-root --oversubscribe --tag-output -np "${#of[@]}" bash -c "$command"
fi

first=${first:-0}
total=${total:-${#of[@]}}
of=("${of[@]:first:${each:-$total}}")

# A pipe on which they tell how they ended.
exec {told}<> <(:)

run() {
    # The signal is for its process; this shell waits for that and for the last lines.
    trap : TERM
    set -o pipefail
    eval "${of[$1]}"
    exec 2>/dev/null
    bash -c "$command" 2>&1 {told}>&- | (trap '' TERM; exec sed -u "s/^/[$((first + $1))] /")
    echo "$((first + $1)) $?" >&"$told"
}

for index in "${!of[@]}"; do
    run "$index" &
done

# Of a signal from outside, read comes back without a word.
trap : TERM
left=${#of[@]}
code=0
while ((left > 0 && code == 0)); do
    read -r rank code <&"$told" || { rank=; code=143; }
    left=$((left - 1))
done
if ((code)); then
    if [[ -n $rank ]] && { [[ -z ${failed:-} ]] || (set -C; echo "$code" >"$failed") 2>/dev/null; }; then
        echo "[Process $rank of $total ended with exit code $code; the others are ended.]"
    fi
    kill -TERM 0
    # They have five seconds; what is left then ends with this shell.
    while ((left > 0)) && read -t 5 -r <&"$told"; do
        left=$((left - 1))
    done
fi
exit "$code"
