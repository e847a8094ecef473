using System.Text;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Slipway.Jobs.Execution;
using Slipway.Kernel;

namespace Slipway.Jobs.Operations;

/// <summary>GET /api/v1/jobs/{name}/logs/search: the lines of all steps' logs, running ones too, that a pattern matches.</summary>
internal sealed class SearchLogs(JobLogs jobLogs, StepStore steps, StepLogs logs)
{
    private const int MostLines = 10_000;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/jobs/{name}/logs/search", HandleAsync).WithName("SearchJobLogs").WithTags("jobs");

    private static async Task<Ok<Response>> HandleAsync(
        Caller caller, string name, string pattern, SearchLogs operation, CancellationToken ct, string? step = null, int limit = 1000) =>
        TypedResults.Ok(await operation.RunAsync(caller, name, pattern, step, limit, ct));

    public async Task<Response> RunAsync(
        Caller caller, string name, string pattern, string? step, int limit, CancellationToken ct)
    {
        if (limit is < 1 or > MostLines)
            throw SlipwayException.Invalid($"limit is {limit}; it must be from 1 to {MostLines}.");
        var wanted = Parse(pattern);
        var job = await jobLogs.FindAsync(caller, name, step, ct);
        var found = new List<Line>();
        foreach (var row in (await steps.ListAsync(job.Id, ct)).Where(row => step is null || row.Name == step))
        {
            await foreach (var (number, text) in LinesAsync(caller, row, ct))
            {
                if (!wanted.IsMatch(text))
                    continue;
                if (found.Count == limit)
                    return new Response(found, Truncated: true);
                found.Add(new Line(row.Name, number, text));
            }
        }

        return new Response(found, Truncated: false);
    }

    // Without backtracking no pattern takes longer than the text is long.
    private static Regex Parse(string pattern)
    {
        try
        {
            return new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            throw new SlipwayException(
                ErrorCode.InvalidParameter, $"The pattern '{pattern}' is no regular expression that is understood: {exception.Message}", exception);
        }
    }

    private async IAsyncEnumerable<(int Number, string Text)> LinesAsync(
        Caller caller, StepRow row, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        var number = 0;
        var offset = 0L;
        var rest = new List<byte>();
        while (await logs.ReadAsync(caller, row, offset, ct) is { } bytes)
        {
            offset += bytes.Length;
            rest.AddRange(bytes);
            var end = rest.LastIndexOf((byte)'\n') + 1;
            foreach (var line in Encoding.UTF8.GetString([.. rest[..end]]).Split('\n')[..^1])
                yield return (++number, line);
            rest.RemoveRange(0, end);
        }

        if (rest.Count > 0)
            yield return (number + 1, Encoding.UTF8.GetString([.. rest]));
    }

    internal sealed record Line(
        [property: JsonPropertyName("step")] string Step,
        [property: JsonPropertyName("line")] int Number,
        [property: JsonPropertyName("text")] string Text);

    internal sealed record Response(
        [property: JsonPropertyName("lines")] IReadOnlyList<Line> Lines,
        [property: JsonPropertyName("truncated")] bool Truncated);
}
