using System.Runtime.CompilerServices;
using Slipway.Data;

namespace Slipway.Jobs.Caching;

/// <summary>
/// Code and local files of jobs, schedules, components and environments, inputs and outputs of steps, and results that may be taken
/// over. Whatever in these records looks like a digest keeps what it names: a plan holds them in many places.
/// </summary>
internal sealed class JobRoots(Database database) : IContentRoots
{
    private static readonly (string Reason, string Sql)[] s_records =
    [
        (
            "it is code or another file of a job",
            """
            select j.workspace, 'job:' || j.name as node, d.files || d.inputs || d.plan as text, j.id as first
            from job_definitions d join jobs j on j.id = d.job_id
            where j.id > @First order by j.id limit @PageSize
            """),
        (
            "it is an input or an output of a step",
            """
            select j.workspace, 'step:' || j.name || '/' || s.name as node, s.outputs || coalesce(s.cache_parts, '') as text,
                s.job_id as first, s.position as number
            from job_steps s join jobs j on j.id = s.job_id
            where (s.job_id, s.position) > (@First, @Number)
            order by s.job_id, s.position limit @PageSize
            """),
        (
            "it is a file of a registered component or environment",
            """
            select workspace, kind || ':' || name || '@' || version as node, files as text, id as first
            from job_assets where id > @First order by id limit @PageSize
            """),
        (
            "it is a file of a schedule's job",
            """
            select workspace, 'schedule:' || name as node, files as text, id as first
            from job_schedules where id > @First order by id limit @PageSize
            """),
        (
            "it is a result that later jobs may take over",
            """
            select workspace, 'step:' || job_name || '/' || step_name as node, outputs as text, workspace as first, key as second
            from step_cache
            where (workspace, key) > (@First, @Second) order by workspace, key limit @PageSize
            """),
    ];

    public string Name => "jobs";

    public async IAsyncEnumerable<ContentRoot> ListAsync([EnumeratorCancellation] CancellationToken ct)
    {
        foreach (var (reason, sql) in s_records)
        {
            await foreach (var root in database.RootsAsync(sql, RootKind.Unknown, reason, ct))
                yield return root;
        }
    }
}
