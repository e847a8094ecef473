namespace Slipway.Client;

/// <summary>An online endpoint.</summary>
public sealed record OnlineEndpoint(
    string Name, IReadOnlyDictionary<string, int> Traffic, IReadOnlyDictionary<string, int> MirrorTraffic, IReadOnlyList<OnlineDeployment> Deployments);

/// <summary>A model version behind an endpoint.</summary>
public sealed record OnlineDeployment(string Endpoint, string Name, string Model, int ModelVersion, string State);

/// <summary>What a deployment has answered since the server started.</summary>
public sealed record DeploymentStats(long Requests, long Rows, long Errors);

/// <summary>Online endpoints and their deployments.</summary>
public sealed class EndpointsClient
{
    private const string Root = "api/v1/online-endpoints";
    private readonly SlipwayClient _client;

    internal EndpointsClient(SlipwayClient client) => _client = client;

    /// <summary>The endpoint, or null when there is none of this name.</summary>
    public Task<OnlineEndpoint?> FindAsync(string endpoint, CancellationToken ct) =>
        _client.FindAsync<OnlineEndpoint>($"{Root}/{SlipwayClient.Escape(endpoint)}", ct);

    /// <summary>The endpoint; a refusal when there is none of this name.</summary>
    public async Task<OnlineEndpoint> GetAsync(string endpoint, CancellationToken ct) =>
        (await _client.GetAsync<OnlineEndpoint>($"{Root}/{SlipwayClient.Escape(endpoint)}", ct))!;

    /// <param name="collect">"drop": a full collection queue drops rows and counts them; "wait": requests wait for it.</param>
    public async Task<OnlineEndpoint> CreateAsync(string endpoint, string? collect, CancellationToken ct) =>
        (await _client.SendAsync<OnlineEndpoint>(HttpMethod.Put, $"{Root}/{SlipwayClient.Escape(endpoint)}", new { Collect = collect }, ct))!;

    /// <summary>Returns when the deployment answers; it has no traffic yet.</summary>
    /// <param name="model">"name:3" or "name@alias".</param>
    public async Task<OnlineDeployment> DeployAsync(string endpoint, string deployment, string model, CancellationToken ct) =>
        (await _client.SendAsync<OnlineDeployment>(
            HttpMethod.Put,
            $"{Root}/{SlipwayClient.Escape(endpoint)}/deployments/{SlipwayClient.Escape(deployment)}",
            new { Model = model },
            ct))!;

    /// <summary>Parts the traffic: percentages by deployment, 100 in all (or 0).</summary>
    public Task SetTrafficAsync(
        string endpoint, IReadOnlyDictionary<string, int> traffic, string reason, CancellationToken ct) =>
        _client.SendAsync<object>(
            HttpMethod.Put, $"{Root}/{SlipwayClient.Escape(endpoint)}/traffic", new { Traffic = traffic, Reason = reason }, ct);

    /// <summary>Replaces who gets copies of how many percent of the requests.</summary>
    public Task SetMirrorAsync(
        string endpoint, IReadOnlyDictionary<string, int> mirror, string reason, CancellationToken ct) =>
        _client.SendAsync<object>(
            HttpMethod.Put, $"{Root}/{SlipwayClient.Escape(endpoint)}/mirror", new { MirrorTraffic = mirror, Reason = reason }, ct);

    /// <summary>Requests, errors and latencies of a deployment since the server began.</summary>
    public Task<DeploymentStats?> StatsAsync(string endpoint, string deployment, CancellationToken ct) =>
        _client.GetAsync<DeploymentStats>(
            $"{Root}/{SlipwayClient.Escape(endpoint)}/deployments/{SlipwayClient.Escape(deployment)}/stats", ct);

    /// <summary>Deletes a deployment that gets no traffic.</summary>
    public async Task DeleteDeploymentAsync(string endpoint, string deployment, CancellationToken ct)
    {
        using var answer = await _client.SendAsync(
            HttpMethod.Delete, $"{Root}/{SlipwayClient.Escape(endpoint)}/deployments/{SlipwayClient.Escape(deployment)}", null, ct);
    }

    /// <summary>Labels by prediction id, in any order and at any time; a later one corrects an earlier one.</summary>
    public Task SendFeedbackAsync(
        string endpoint, IReadOnlyList<string> ids, IReadOnlyList<double> labels, CancellationToken ct) =>
        _client.SendAsync<object>(
            HttpMethod.Post, $"{Root}/{SlipwayClient.Escape(endpoint)}/feedback", new { Ids = ids, Labels = labels }, ct);
}
