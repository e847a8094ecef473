using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Slipway.Client;

/// <summary>A piece of a step's log, or a change of its state; the last one, without a step, tells how the job ended.</summary>
public sealed record LogEvent(string? Step, string? Text, string? Status, string? Message);

/// <summary>What a job's steps say while they run.</summary>
public sealed class JobLogs
{
    private readonly SlipwayClient _client;

    internal JobLogs(SlipwayClient client) => _client = client;

    /// <summary>The logs of all steps (or of one) and their states, from the beginning until the job ends.</summary>
    public async IAsyncEnumerable<LogEvent> FollowAsync(
        string job, [EnumeratorCancellation] CancellationToken ct, string? step = null)
    {
        var only = step is null ? "" : $"&step={SlipwayClient.Escape(step)}";
        using var answer = await _client.SendAsync(
            HttpMethod.Get, $"api/v1/jobs/{SlipwayClient.Escape(job)}/logs?follow=true{only}", null, ct);
        await using var stream = await answer.Content.ReadAsStreamAsync(ct);
        await foreach (var item in SseParser.Create(stream).EnumerateAsync(ct))
        {
            if (JsonSerializer.Deserialize<LogEvent>(item.Data, JsonSerializerOptions.Web) is { } said)
                yield return said;
        }
    }
}
