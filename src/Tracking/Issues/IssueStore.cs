using Dapper;
using Slipway.Data;
using Slipway.Kernel;
using Slipway.Tracking.Experiments;

namespace Slipway.Tracking.Issues;

/// <summary>The issues of experiments.</summary>
internal sealed class IssueStore(Database database, ExperimentStore experiments)
{
    private const string Columns =
        """
        i.id, i.experiment_id, i.name, i.description, i.status, i.severity, i.root_causes, i.categories, i.source_run_id,
        i.created_by, i.created_at, i.updated_at
        """;

    private const string TraceCount =
        """
        , (select count(*) from assessments a join traces t on t.no = a.trace_no
           where a.kind = 'issue' and a.name = i.id and t.workspace = i.workspace) as traces
        """;

    public async Task AddAsync(WorkspaceName workspace, Issue issue, CancellationToken ct)
    {
        (await experiments.GetAsync(workspace, issue.ExperimentId, ct)).DemandActive();
        await database.WriteAsync(async (tx, token) =>
        {
            if (issue.SourceRunId is not null && await tx.FindAsync<long?>(
                "select 1 from runs where id = @Run and workspace = @Workspace",
                new { Run = issue.SourceRunId, Workspace = workspace.Value },
                token) is null)
            {
                throw new SlipwayException(ErrorCode.NotFound, $"Run with id={issue.SourceRunId} not found: it is the issue's source_run_id.");
            }

            await tx.ExecuteAsync(
                """
                insert into issues
                    (id, workspace, experiment_id, name, description, status, severity, severity_rank, root_causes, categories,
                     source_run_id, created_by, created_at, updated_at)
                values
                    (@Id, @Workspace, @ExperimentId, @Name, @Description, @Status, @Severity, @SeverityRank, @RootCauses, @Categories,
                     @SourceRunId, @CreatedBy, @CreatedAt, @UpdatedAt)
                """,
                Row(workspace, issue),
                token);
        }, ct);
    }

    public async Task<Issue> GetAsync(WorkspaceName workspace, string id, CancellationToken ct) => await database.FindAsync<Issue>(
        $"select {Columns} from issues i where i.workspace = @Workspace and i.id = @Id",
        new { Workspace = workspace.Value, Id = id },
        ct) ?? throw Issue.Unknown(id);

    public Task<Issue> ChangeAsync(WorkspaceName workspace, string id, Func<Issue, Issue> change, CancellationToken ct) =>
        database.WriteAsync(async (tx, token) =>
        {
            var changed = change(await tx.FindAsync<Issue>(
                $"select {Columns} from issues i where i.workspace = @Workspace and i.id = @Id",
                new { Workspace = workspace.Value, Id = id },
                token) ?? throw Issue.Unknown(id));
            await tx.ExecuteAsync(
                """
                update issues set name = @Name, description = @Description, status = @Status, severity = @Severity,
                    severity_rank = @SeverityRank, updated_at = @UpdatedAt
                where workspace = @Workspace and id = @Id
                """,
                Row(workspace, changed),
                token);
            return changed;
        }, ct);

    /// <summary>The worst first, then (when they are counted) by the number of their traces, then the newest.</summary>
    /// <param name="where">Conditions on i with a leading "and".</param>
    public Task<IReadOnlyList<Issue>> SearchAsync(string where, bool withTraces, DynamicParameters parameters, CancellationToken ct) =>
        database.QueryAsync<Issue>(
            $"""
            select {Columns}{(withTraces ? TraceCount : "")} from issues i where i.workspace = @Workspace {where}
            order by i.severity_rank desc, {(withTraces ? "traces desc, " : "")}i.created_at desc, i.id desc
            limit @Limit offset @Offset
            """,
            parameters,
            ct);

    private static object Row(WorkspaceName workspace, Issue issue) => new
    {
        issue.Id,
        Workspace = workspace.Value,
        issue.ExperimentId,
        issue.Name,
        issue.Description,
        issue.Status,
        issue.Severity,
        issue.SeverityRank,
        issue.RootCauses,
        issue.Categories,
        issue.SourceRunId,
        issue.CreatedBy,
        issue.CreatedAt,
        issue.UpdatedAt,
    };
}
