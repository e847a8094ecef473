# Runs $command once for each entry of $of, which exports the variables of one process.
# Each line is logged behind its rank. The first that fails ends all others.

# With Open MPI the processes can talk to each other; without it they are told who they are all the same.
if [[ $type == mpi ]] && command -v mpirun >/dev/null && [[ $(mpirun --version 2>/dev/null) == *"Open MPI"* ]]; then
    exec mpirun --allow-run-as-root --oversubscribe --tag-output -np "${#of[@]}" bash -c "$command"
fi

# A pipe on which they tell how they ended.
exec {told}<> <(:)

run() {
    # The signal is for its process; this shell waits for that and for the last lines.
    trap : TERM
    set -o pipefail
    eval "${of[$1]}"
    exec 2>/dev/null
    bash -c "$command" 2>&1 {told}>&- | (trap '' TERM; exec sed -u "s/^/[$1] /")
    echo "$1 $?" >&"$told"
}

for rank in "${!of[@]}"; do
    run "$rank" &
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
    [[ -z $rank ]] || echo "[Process $rank of ${#of[@]} ended with exit code $code; the others are ended.]"
    kill -TERM 0
    # They have five seconds; what is left then ends with this shell.
    while ((left > 0)) && read -t 5 -r <&"$told"; do
        left=$((left - 1))
    done
fi
exit "$code"
