using System.Text.Json;

namespace Slipway.Client;

/// <summary>A version of a registered model.</summary>
public sealed record ModelVersion(
    string Model,
    int Version,
    string Tree,
    string Flavor,
    string? RunId,
    string? Description,
    IReadOnlyDictionary<string, string> Tags,
    IReadOnlyList<string> Aliases,
    DateTimeOffset CreatedAt,
    string CreatedBy);

/// <summary>A gate's decision.</summary>
public sealed record GateDecision(
    string Id, string Model, int Candidate, int? Champion, bool Accepted, string Reason, JsonElement Evidence,
    DateTimeOffset DecidedAt, string DecidedBy);

/// <summary>Registered models.</summary>
public sealed class ModelsClient
{
    private readonly SlipwayClient _client;

    internal ModelsClient(SlipwayClient client) => _client = client;

    /// <param name="version">A number, an alias, or "latest".</param>
    public Task<ModelVersion?> FindAsync(string model, string version, CancellationToken ct = default) => _client.FindAsync<ModelVersion>(
        $"api/v1/models/{SlipwayClient.Escape(model)}/versions/{SlipwayClient.Escape(version)}", ct);

    /// <summary>Lets an alias stand for a version.</summary>
    public Task SetAliasAsync(string model, string alias, int version, string reason, CancellationToken ct = default) =>
        _client.SendAsync<object>(
            HttpMethod.Put,
            $"api/v1/models/{SlipwayClient.Escape(model)}/aliases/{SlipwayClient.Escape(alias)}",
            new { Version = version, Reason = reason },
            ct);

    /// <summary>Newest first.</summary>
    public async Task<IReadOnlyList<GateDecision>> GatesAsync(string model, CancellationToken ct = default) =>
        (await _client.GetAsync<Listing>($"api/v1/models/{SlipwayClient.Escape(model)}/gates", ct))!.Decisions;

    private sealed record Listing(IReadOnlyList<GateDecision> Decisions);
}
