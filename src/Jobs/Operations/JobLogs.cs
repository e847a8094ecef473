using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Slipway.Jobs.Execution;
using Slipway.Kernel;
using Slipway.Security.Contracts;

namespace Slipway.Jobs.Operations;

/// <summary>
/// GET /api/v1/jobs/{name}/logs: the text of a step's log, perhaps only its last lines; with follow=true all steps'
/// logs and states as server-sent events, from the beginning to the end of the job.
/// </summary>
internal sealed class JobLogs(JobStore jobs, StepStore steps, StepLogs logs, IAccess access, TimeProvider time)
{
    // Steps that run elsewhere, and states, are looked for so often; what runs here wakes the reader.
    private static readonly TimeSpan s_lookAgain = TimeSpan.FromMilliseconds(500);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/jobs/{name}/logs", HandleAsync).WithName("ShowJobLogs").WithTags("jobs")
            .Produces<string>(StatusCodes.Status200OK, "text/plain", "text/event-stream");

    private static async Task<IResult> HandleAsync(
        Caller caller, string name, JobLogs operation, CancellationToken ct, string? step = null, int? tail = null, bool follow = false)
    {
        var job = await operation.FindAsync(caller, name, step, ct);
        return follow
            ? TypedResults.ServerSentEvents(operation.FollowAsync(caller, job, step, ct))
            : TypedResults.Text(await operation.ReadAsync(caller, job, step, tail, ct));
    }

    public async Task<JobRow> FindAsync(Caller caller, string name, string? step, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Read, $"job:{name}", ct);
        var job = await jobs.FindAsync(caller.Workspace, name, ct) ?? throw SlipwayException.NotFound("Job", name);
        var known = (await steps.ListAsync(job.Id, ct)).Select(row => row.Name).ToList();
        return step is null || known.Contains(step)
            ? job
            : throw new SlipwayException(
                ErrorCode.NotFound,
                $"Job '{name}' has no step '{step}'.{Nearest.Hint(step, known)} It has: {string.Join(", ", known)}.");
    }

    public async Task<string> ReadAsync(Caller caller, JobRow job, string? step, int? tail, CancellationToken ct)
    {
        var text = new StringBuilder();
        foreach (var row in await ChosenAsync(job, step, ct))
        {
            var bytes = new List<byte>();
            while (await logs.ReadAsync(caller, row, bytes.Count, ct) is { } more)
                bytes.AddRange(more);
            text.Append(Encoding.UTF8.GetString([.. bytes]));
        }

        return tail is { } lines ? Tail(text.ToString(), lines) : text.ToString();
    }

    public async IAsyncEnumerable<SseItem<LogEvent>> FollowAsync(
        Caller caller, JobRow job, string? step, [EnumeratorCancellation] CancellationToken ct)
    {
        var followed = new Dictionary<int, FollowedStep>();
        while (true)
        {
            // Taken before the look, so that what comes during the look is not missed.
            var growth = logs.Growth(job.Id).ToList();
            var now = (await jobs.FindAsync(job.Id, ct))!;
            foreach (var row in await ChosenAsync(job, step, ct))
            {
                if (!followed.TryGetValue(row.Position, out var seen))
                    followed[row.Position] = seen = new FollowedStep();
                seen.Begin(row.Attempt);
                while (await logs.ReadAsync(caller, row, seen.Offset, ct) is { } bytes)
                    yield return new SseItem<LogEvent>(new LogEvent(row.Name, seen.Decode(bytes), null, null), "log");
                if (seen.Moved(row.Status))
                    yield return new SseItem<LogEvent>(new LogEvent(row.Name, null, row.Status.ToString(), row.Message), "step");
            }

            if (now.IsOver)
            {
                yield return new SseItem<LogEvent>(new LogEvent(null, null, now.Status.ToString(), now.Message), "end");
                yield break;
            }

            await Task.WhenAny([Task.Delay(s_lookAgain, time, ct), .. growth]);
            ct.ThrowIfCancellationRequested();
        }
    }

    private async Task<IEnumerable<StepRow>> ChosenAsync(JobRow job, string? step, CancellationToken ct) =>
        (await steps.ListAsync(job.Id, ct)).Where(row => step is null || row.Name == step);

    private static string Tail(string text, int lines)
    {
        var all = text.TrimEnd('\n').Split('\n');
        return string.Join('\n', all[Math.Max(0, all.Length - Math.Max(0, lines))..]);
    }

    /// <summary>A piece of a log, or a change of state; the step is null for the job's own.</summary>
    internal sealed record LogEvent(
        [property: JsonPropertyName("step")] string? Step,
        [property: JsonPropertyName("text")] string? Text,
        [property: JsonPropertyName("status")] string? Status,
        [property: JsonPropertyName("message")] string? Message);

    private sealed class FollowedStep
    {
        // A character may be cut by the end of what was read; its rest comes with the next piece.
        private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();
        private Contracts.JobStatus? _status;
        private int _attempt;

        public long Offset { get; private set; }

        /// <summary>Each attempt has a log of its own.</summary>
        public void Begin(int attempt)
        {
            if (attempt == _attempt)
                return;
            _attempt = attempt;
            Offset = 0;
            _decoder.Reset();
        }

        public string Decode(byte[] bytes)
        {
            Offset += bytes.Length;
            var chars = new char[_decoder.GetCharCount(bytes, flush: false)];
            _decoder.GetChars(bytes, chars, flush: false);
            return new string(chars);
        }

        public bool Moved(Contracts.JobStatus status)
        {
            if (_status == status)
                return false;
            _status = status;
            return true;
        }
    }
}
