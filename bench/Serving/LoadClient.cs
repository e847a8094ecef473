using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;

namespace Slipway.Bench.Serving;

/// <summary>One client of a load: asks once and waits for the answer.</summary>
internal interface ILoadConnection : IDisposable
{
    /// <summary>False: it was not answered well.</summary>
    bool Ask();
}

/// <summary>
/// The load as a process of its own, so that its memory is not counted to the server's: reads plans, a line each, and answers each with
/// a report. A thread for each connection with blocking calls is the leanest client that .NET has.
/// </summary>
internal static class LoadClient
{
    public const string Verb = "load";

    public static Command Command()
    {
        var command = new Command(Verb, "The load of 'serving-speed'; reads plans from the standard input.") { Hidden = true };
        command.SetAction(_ =>
        {
            while (Console.ReadLine() is { } line)
                Console.WriteLine(JsonSerializer.Serialize(Run(JsonSerializer.Deserialize<LoadPlan>(line)!)));
        });
        return command;
    }

    private static LoadReport Run(LoadPlan plan)
    {
        var request = File.ReadAllBytes(plan.RequestFile);
        var processor = Environment.CpuUsage.TotalTime;
        var begun = Stopwatch.GetTimestamp();
        var logs = Enumerable.Range(0, plan.Connections).Select(_ => new LatencyLog(begun)).ToList();
        var threads = logs.Select((log, index) => new Thread(() =>
        {
            using ILoadConnection connection = plan.Kind == "grpc" ? new GrpcConnection(plan.Url, request) : new HttpConnection(plan.Url, request);
            Ask(plan, connection, log, begun, index);
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        return LatencyLog.Report(logs, Stopwatch.GetElapsedTime(begun).TotalSeconds, (Environment.CpuUsage.TotalTime - processor).TotalSeconds);
    }

    // A request that could not be sent when it was due counts from then on: waiting for the one before it is latency too. Only this
    // thread's own sleep, of a millisecond or more, is not.
    private static void Ask(LoadPlan plan, ILoadConnection connection, LatencyLog log, long begun, int index)
    {
        using var idle = new AutoResetEvent(false);
        var end = begun + (long)(plan.Seconds * Stopwatch.Frequency);
        var interval = plan.Rate == 0 ? 0 : (long)(plan.Connections / plan.Rate * Stopwatch.Frequency);
        var (due, woken) = (begun + (interval * index / plan.Connections), begun);
        for (var now = begun; now < end; now = Stopwatch.GetTimestamp())
        {
            if (now < due)
            {
                idle.WaitOne(1);
                woken = Stopwatch.GetTimestamp();
                continue;
            }

            var from = interval == 0 ? now : Math.Max(due, woken);
            if (connection.Ask())
                log.Answered(from, Stopwatch.GetTimestamp());
            else
                log.Fail();
            due += interval;
        }
    }
}
