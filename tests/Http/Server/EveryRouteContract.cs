using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Slipway.Http.Lake;
using Xunit;

namespace Slipway.Http.Server;

/// <summary>Whatever is asked of /api/v1, the answer is one that the caller can do something with.</summary>
public abstract class EveryRouteContract(LakeServer server)
{
    private const int Clients = 4;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Odd_requests_are_answered_or_refused_in_a_sentence_and_never_fail_the_server()
    {
        await server.TableAsync(OddRequests.Name, "select 1 as x");
        var requests = new OddRequests((await server.GetAsync("/openapi/v1.json")).AsObject()).All().ToList();
        var failures = new ConcurrentBag<string>();

        // What is about the same kind of thing is asked in turn: a thing that is deleted meanwhile is another test.
        var kinds = requests.GroupBy(request => request.Path.Split('/')[3].Split('?')[0]);
        await Parallel.ForEachAsync(kinds, new ParallelOptions { MaxDegreeOfParallelism = Clients, CancellationToken = Ct }, async (kind, ct) =>
        {
            foreach (var request in kind)
            {
                if (await AskAsync(request, ct) is { } failure)
                    failures.Add($"{failure} {request.Method} {Short(request.Path)} {Short(request.Body)}");
            }
        });

        Assert.True(requests.Count > 5_000);
        Assert.True(failures.IsEmpty, $"{failures.Count} of {requests.Count} requests: {string.Join('\n', failures.Order(StringComparer.Ordinal).Take(40))}");
    }

    /// <summary>Null: it was answered, or refused in a sentence.</summary>
    private async Task<string?> AskAsync(OddRequests.Request request, CancellationToken ct)
    {
        using var message = new HttpRequestMessage(new HttpMethod(request.Method), request.Path);
        if (request.Body is not null)
            message.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(request.Body)) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        using var answer = await server.Client.SendAsync(message, ct);
        var text = await answer.Content.ReadAsStringAsync(ct);

        if ((int)answer.StatusCode >= 500)
            return $"{(int)answer.StatusCode} {text}";
        return answer.IsSuccessStatusCode || IsSentence(answer, text) ? null : $"{(int)answer.StatusCode} without a sentence: {text}";
    }

    private static bool IsSentence(HttpResponseMessage answer, string text) =>
        answer.Content.Headers.ContentType?.MediaType == "application/problem+json"
        && text.Length > 0
        && (string?)JsonNode.Parse(text)!["detail"] is { Length: > 0 } detail
        && !detail.Contains("Exception", StringComparison.Ordinal)
        && !detail.Contains("Slipway.", StringComparison.Ordinal);

    private static string Short(string? text) => text is null ? "" : text[..Math.Min(text.Length, 200)];
}

public sealed class EveryRouteOnSqlite(LakeServer server) : EveryRouteContract(server), IClassFixture<LakeServer>;

public sealed class EveryRouteOnPostgres(LakeServerOnPostgres server) : EveryRouteContract(server), IClassFixture<LakeServerOnPostgres>;
