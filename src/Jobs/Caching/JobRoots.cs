using System.Runtime.CompilerServices;
using Slipway.Data;

namespace Slipway.Jobs.Caching;

/// <summary>
/// Code and local files of jobs, components and environments, inputs and outputs of steps, and results that may be taken
/// over. Whatever in these records looks like a digest keeps what it names: a plan holds them in many places.
/// </summary>
internal sealed class JobRoots(Database database) : IContentRoots
{
    public string Name => "jobs";

    public async IAsyncEnumerable<ContentRoot> ListAsync([EnumeratorCancellation] CancellationToken ct)
    {
        var definitions = database.RootsAsync(
            """
            select j.workspace, 'job:' || j.name as node, d.files || d.inputs || d.plan as text, j.id as first
            from job_definitions d join jobs j on j.id = d.job_id
            where j.id > @First order by j.id limit @PageSize
            """,
            RootKind.Unknown,
            "it is code or another file of a job",
            ct);
        await foreach (var root in definitions)
            yield return root;

        var steps = database.RootsAsync(
            """
            select j.workspace, 'step:' || j.name || '/' || s.name as node, s.outputs || coalesce(s.cache_parts, '') as text,
                s.job_id as first, s.position as number
            from job_steps s join jobs j on j.id = s.job_id
            where (s.job_id, s.position) > (@First, @Number)
            order by s.job_id, s.position limit @PageSize
            """,
            RootKind.Unknown,
            "it is an input or an output of a step",
            ct);
        await foreach (var root in steps)
            yield return root;

        var assets = database.RootsAsync(
            """
            select workspace, kind || ':' || name || '@' || version as node, files as text, id as first
            from job_assets where id > @First order by id limit @PageSize
            """,
            RootKind.Unknown,
            "it is a file of a registered component or environment",
            ct);
        await foreach (var root in assets)
            yield return root;

        var results = database.RootsAsync(
            """
            select workspace, 'step:' || job_name || '/' || step_name as node, outputs as text, workspace as first, key as second
            from step_cache
            where (workspace, key) > (@First, @Second) order by workspace, key limit @PageSize
            """,
            RootKind.Unknown,
            "it is a result that later jobs may take over",
            ct);
        await foreach (var root in results)
            yield return root;
    }
}
