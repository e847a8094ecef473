using System.Data.Common;
using Slipway.Data;
using Slipway.Kernel;

namespace Slipway.Serving.Profiles;

/// <summary>Profiles of answers as rows.</summary>
internal sealed class ProfileStore(Database database)
{
    private const string Columns = "workspace, endpoint, id, deployment, model, model_version, window_start, window_end, profile, created_at";

    private const string Insert =
        $"""
         insert into answer_profiles ({Columns})
         values (@Workspace, @Endpoint, @Id, @Deployment, @Model, @ModelVersion, @WindowStart, @WindowEnd, @Profile, @CreatedAt)
         on conflict (workspace, endpoint, id) do nothing
         """;

    /// <summary>One that is there already is not added again.</summary>
    public Task AddAsync(IReadOnlyList<KeptProfile> profiles, CancellationToken ct) => database.WriteAsync(
        (tx, token) => tx.ExecuteAsync(Insert, profiles.Select(Parameters).ToList(), token), ct);

    /// <summary>Those whose window begins in this one, oldest first.</summary>
    /// <param name="deployment">Null: of all.</param>
    public Task<IReadOnlyList<KeptProfile>> ListAsync(
        WorkspaceName workspace, string endpoint, string? deployment, long from, long to, CancellationToken ct) => ReadAsync(
        $"""
         select {Columns} from answer_profiles
         where workspace = @Workspace and endpoint = @Endpoint and window_start >= @From and window_start < @To
           {(deployment is null ? "" : "and deployment = @Deployment")}
         order by window_start, id
         """,
        new { Workspace = workspace.Value, Endpoint = endpoint, Deployment = deployment, From = from, To = to },
        ct);

    /// <summary>Of all endpoints, in the order in which they were made.</summary>
    public Task<IReadOnlyList<KeptProfile>> ListOldestAsync(int most, CancellationToken ct) =>
        ReadAsync($"select {Columns} from answer_profiles order by created_at, id limit @Most", new { Most = most }, ct);

    public Task DeleteAsync(KeptProfile profile, CancellationToken ct) =>
        database.WriteAsync((tx, token) => DeleteAsync(tx, profile, token), ct);

    /// <summary>Forgets the oldest ones beyond so many; how many.</summary>
    public Task<int> KeepAsync(int most, CancellationToken ct) => database.ExecuteAsync(
        """
        delete from answer_profiles where created_at <= (
            select created_at from answer_profiles order by created_at desc, id desc limit 1 offset @Most)
        """,
        new { Most = most },
        ct);

    /// <summary>Longer windows that have parts of this width which were all made before.</summary>
    public Task<IReadOnlyList<Joinable>> ListJoinableAsync(long width, long wider, long before, int most, CancellationToken ct) =>
        database.QueryAsync<Joinable>(
            """
            select workspace, endpoint, deployment, model, model_version, window_start - window_start % @Wider as window_start
            from answer_profiles
            where window_end - window_start = @Width
            group by workspace, endpoint, deployment, model, model_version, window_start - window_start % @Wider
            having max(created_at) < @Before
            order by 1, 2, 3, 6
            limit @Most
            """,
            new { Width = width, Wider = wider, Before = before, Most = most },
            ct);

    public Task<IReadOnlyList<KeptProfile>> ListPartsAsync(Joinable group, long width, long wider, CancellationToken ct) => ReadAsync(
        $"""
         select {Columns} from answer_profiles
         where workspace = @Workspace and endpoint = @Endpoint and deployment = @Deployment and model = @Model and model_version = @ModelVersion
           and window_start >= @WindowStart and window_start < @WindowStart + @Wider and window_end - window_start = @Width
         order by window_start, id
         """,
        new { group.Workspace, group.Endpoint, group.Deployment, group.Model, group.ModelVersion, group.WindowStart, Width = width, Wider = wider },
        ct);

    /// <summary>Puts the whole in the place of its parts; false when another server was quicker.</summary>
    public async Task<bool> ReplaceAsync(IReadOnlyList<KeptProfile> parts, KeptProfile whole, CancellationToken ct)
    {
        try
        {
            await database.WriteAsync(
                async (tx, token) =>
                {
                    foreach (var part in parts)
                    {
                        if (await DeleteAsync(tx, part, token) == 0)
                            throw SlipwayException.Conflict($"Profile '{part.Id}' was joined by another server.");
                    }

                    await tx.ExecuteAsync(Insert, Parameters(whole), token);
                },
                ct);
            return true;
        }
        catch (SlipwayException conflict) when (conflict.Code == ErrorCode.Conflict)
        {
            // What was deleted here is there again.
            return false;
        }
    }

    private static Task<int> DeleteAsync(DbTransaction tx, KeptProfile profile, CancellationToken ct) => tx.ExecuteAsync(
        "delete from answer_profiles where workspace = @Workspace and endpoint = @Endpoint and id = @Id",
        new { Workspace = profile.Owner.Workspace.Value, profile.Owner.Endpoint, profile.Id },
        ct);

    private async Task<IReadOnlyList<KeptProfile>> ReadAsync(string sql, object parameters, CancellationToken ct) =>
        [.. (await database.QueryAsync<Row>(sql, parameters, ct)).Select(row => row.ToProfile())];

    private static object Parameters(KeptProfile profile) => new
    {
        Workspace = profile.Owner.Workspace.Value,
        profile.Owner.Endpoint,
        profile.Id,
        profile.Owner.Deployment,
        profile.Owner.Model,
        profile.Owner.ModelVersion,
        WindowStart = profile.Window.Start,
        WindowEnd = profile.Window.End,
        profile.Profile,
        profile.CreatedAt,
    };

    /// <summary>A window that parts can be joined to.</summary>
    public sealed record Joinable
    {
        public required string Workspace { get; init; }

        public required string Endpoint { get; init; }

        public required string Deployment { get; init; }

        public required string Model { get; init; }

        public required int ModelVersion { get; init; }

        public required long WindowStart { get; init; }
    }

    private sealed record Row
    {
        public required string Workspace { get; init; }

        public required string Endpoint { get; init; }

        public required string Id { get; init; }

        public required string Deployment { get; init; }

        public required string Model { get; init; }

        public required int ModelVersion { get; init; }

        public required long WindowStart { get; init; }

        public required long WindowEnd { get; init; }

        public required byte[] Profile { get; init; }

        public required long CreatedAt { get; init; }

        public KeptProfile ToProfile() => new(
            Id,
            new ProfileOwner(WorkspaceName.Parse(Workspace), Endpoint, Deployment, Model, ModelVersion),
            new ProfileWindow(WindowStart, WindowEnd),
            Profile,
            CreatedAt);
    }
}
