# Runs $script on each of the $node_count nodes of this Slurm job.
nodes=($(scontrol show hostnames "$SLURM_JOB_NODELIST"))
export SLIPWAY_NODES="${nodes[*]}" SLIPWAY_PORT=$((20000 + SLURM_JOB_ID % 10000))

# Open MPI starts the processes itself, where it is installed.
if [[ $type == mpi ]] && command -v mpirun >/dev/null && [[ $(mpirun --version 2>/dev/null) == *"Open MPI"* ]]; then
    exec mpirun --allow-run-as-root --oversubscribe --tag-output -np "$total" --map-by "ppr:$each:node" bash -c "$command"
fi

rm -f "$failed"
srun --export=ALL --nodes="$node_count" --ntasks="$node_count" --ntasks-per-node=1 --kill-on-bad-exit=1 bash "$script"
code=$?

# Of the others' ends srun tells the worst; the first is what counts.
[[ ! -s $failed ]] || code=$(<"$failed")
exit "$code"
