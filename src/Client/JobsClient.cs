using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Slipway.Client;

/// <summary>A job as it stands.</summary>
public sealed record Job(
    string Name,
    string Type,
    string ExperimentName,
    string Status,
    string? Message,
    string RunId,
    DateTimeOffset CreatedAt,
    DateTimeOffset? StartedAt,
    DateTimeOffset? EndedAt,
    IReadOnlyList<JobStep> Steps)
{
    /// <summary>True when it will not change any more.</summary>
    public bool IsOver => Status is "Completed" or "Failed" or "Canceled";

    /// <summary>The step of this name.</summary>
    public JobStep Step(string name) => Steps.First(step => step.Name == name);
}

/// <summary>A step of a job.</summary>
public sealed record JobStep(
    string Name,
    string Kind,
    string Status,
    string? Message,
    string RunId,
    bool Reused,
    IReadOnlyDictionary<string, StepOutput> Outputs);

/// <summary>An output of a finished step: its tree, and the node of what was made.</summary>
public sealed record StepOutput(string? Tree, string? Node);

/// <summary>What is needed to submit a job.</summary>
/// <param name="Files">The digest of the uploaded tree of each local path that the YAML names.</param>
/// <param name="Patch">The digest of a tree with what was changed since the last commit; it becomes an artifact of the job.</param>
public sealed record NewJob(
    string Yaml,
    string Source,
    string? Name,
    IReadOnlyDictionary<string, string> Files,
    IReadOnlyDictionary<string, string> Inputs,
    IReadOnlyDictionary<string, string>? Tags = null,
    string? Patch = null);

/// <summary>Jobs and pipelines.</summary>
public sealed class JobsClient
{
    private static readonly TimeSpan s_firstLook = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan s_laterLook = TimeSpan.FromMilliseconds(250);
    private readonly SlipwayClient _client;

    internal JobsClient(SlipwayClient client)
    {
        _client = client;
        Logs = new JobLogs(client);
    }

    /// <summary>What the steps of jobs write.</summary>
    public JobLogs Logs { get; }

    /// <summary>Submits a job; a name that is taken is refused with the code AlreadyExists.</summary>
    public async Task<Job> SubmitAsync(NewJob job, CancellationToken ct) =>
        (await _client.SendAsync<Job>(HttpMethod.Post, "api/v1/jobs", job, ct))!;

    /// <summary>The job, or null when there is none of this name.</summary>
    public Task<Job?> FindAsync(string name, CancellationToken ct) =>
        _client.FindAsync<Job>($"api/v1/jobs/{SlipwayClient.Escape(name)}", ct);

    /// <summary>Returns when the job is over.</summary>
    public async Task<Job> WaitAsync(string name, CancellationToken ct)
    {
        for (var pause = s_firstLook; ; pause = pause < s_laterLook ? pause * 2 : s_laterLook)
        {
            var job = await _client.GetAsync<Job>($"api/v1/jobs/{SlipwayClient.Escape(name)}", ct);
            if (job!.IsOver)
                return job;
            await Task.Delay(pause, ct);
        }
    }

    /// <summary>The logs and states of all steps, from the beginning to the end of the job, as they come.</summary>
    public async IAsyncEnumerable<JobEvent> FollowAsync(string name, [EnumeratorCancellation] CancellationToken ct)
    {
        using var answer = await _client.SendAsync(
            HttpMethod.Get, $"api/v1/jobs/{SlipwayClient.Escape(name)}/logs?follow=true", null, ct);
        await using var stream = await answer.Content.ReadAsStreamAsync(ct);
        var events = SseParser.Create(stream, (_, data) => JsonSerializer.Deserialize<JobEvent>(data, JsonSerializerOptions.Web)!);
        await foreach (var item in events.EnumerateAsync(ct))
            yield return item.Data;
    }

    /// <summary>Asks the job to end; its processes are ended.</summary>
    public Task CancelAsync(string name, CancellationToken ct) =>
        _client.SendAsync<object>(HttpMethod.Post, $"api/v1/jobs/{SlipwayClient.Escape(name)}/cancel", new { }, ct);
}
