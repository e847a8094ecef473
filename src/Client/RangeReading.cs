using System.Net;
using System.Net.Http.Headers;

namespace Slipway.Client;

/// <summary>Reads a range of a content into buffers, through as many connections as break off meanwhile.</summary>
internal sealed class RangeReading(SlipwayClient client, string digest, long offset, IReadOnlyList<Memory<byte>> parts, Action<int> filled)
{
    // Whoever waits may be a program in a system call that cannot be ended: a server may start again, and no more.
    private static readonly TimeSpan s_giveUpAfter = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_silence = TimeSpan.FromSeconds(15);

    private int _next;

    public Task RunAsync(CancellationToken ct) => new Patience(TimeProvider.System).RunAsync(
        async token =>
        {
            await FillAsync(token);
            return true;
        },
        s_giveUpAfter,
        ct);

    private async Task FillAsync(CancellationToken ct)
    {
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(ct);
        silence.CancelAfter(s_silence);
        try
        {
            using var answer = await client.SendAsync(HttpMethod.Get, $"api/v1/content/blobs/{digest}", null, Range(), silence.Token);
            if (answer.StatusCode != HttpStatusCode.PartialContent)
                throw new SlipwayApiException(answer.StatusCode, null, $"{client.Server} answers with a whole file where a part was asked for; is it a Slipway server of this version?");
            await using var content = await answer.Content.ReadAsStreamAsync(silence.Token);
            while (_next < parts.Count)
            {
                await content.ReadExactlyAsync(parts[_next], silence.Token);
                filled(_next++);
                silence.CancelAfter(s_silence);
            }
        }
        catch (OperationCanceledException exception) when (!ct.IsCancellationRequested)
        {
            throw new SlipwayApiException(null, null, $"{client.Server} sent nothing for {s_silence.TotalSeconds:0} seconds.", exception);
        }
    }

    private Dictionary<string, string> Range()
    {
        var from = offset + parts.Take(_next).Sum(part => (long)part.Length);
        var to = from + parts.Skip(_next).Sum(part => (long)part.Length) - 1;
        return new Dictionary<string, string> { ["Range"] = new RangeHeaderValue(from, to).ToString() };
    }
}
