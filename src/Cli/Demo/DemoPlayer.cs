using System.Globalization;
using System.Text.Json.Nodes;
using Slipway.Client;

namespace Slipway.Cli.Demo;

/// <summary>
/// Plays the flights of 2001 through the server, week by week as if time passed: land, test, prepare; serve the week's
/// flights; a week later their outcomes; monitor; retrain when the policy says so; and the gate decides.
/// </summary>
internal sealed class DemoPlayer(SlipwayClient client, DemoJobs jobs, Traffic traffic, DemoProgress progress, WeekTable table)
{
    public const string Endpoint = "flights";
    public const string Model = "flights-late";
    public const int LastWeek = 25;

    /// <summary>The last week before there is a model: it is trained on weeks 0 to 3 at its end.</summary>
    public const int FirstTraining = 3;

    private readonly DemoBaselines _baselines = new(client, jobs);

    /// <param name="untilWeek">The last week to play.</param>
    /// <param name="clock">Notes the time that was spent, before progress is saved.</param>
    public async Task PlayAsync(int untilWeek, Action clock, CancellationToken ct)
    {
        await DemoSetup.RunAsync(client, jobs, ct);
        for (var week = 0; week <= untilWeek; week++)
        {
            if (progress.Weeks.FirstOrDefault(done => done.Week == week) is { } done)
            {
                table.Add(done);
                continue;
            }

            var played = await PlayWeekAsync(week, ct);
            progress.Weeks.Add(played);
            progress.Served = null;
            clock();
            progress.Save();
            table.Add(played);
        }
    }

    public static DateTimeOffset Start(int week) => new DateTimeOffset(2001, 1, 1, 0, 0, 0, TimeSpan.Zero).AddDays(7 * week);

    private async Task<DemoWeek> PlayWeekAsync(int week, CancellationToken ct)
    {
        var record = new DemoWeek { Week = week };
        await PrepareAsync(record, ct);
        if (week > FirstTraining)
        {
            await ServeOnceAsync(record, ct);
            await MonitorAsync(record, ct);
        }

        if (week >= FirstTraining)
            await RetrainAsync(record, ct);
        return record;
    }

    private async Task PrepareAsync(DemoWeek record, CancellationToken ct)
    {
        table.Doing(record.Week, "landing, testing and preparing the data");
        var job = await jobs.RunAsync(
            $"flights-week-{record.Week:00}",
            "week.yml",
            new Dictionary<string, string>
            {
                ["week"] = record.Week.ToString(CultureInfo.InvariantCulture),
                ["source"] = ExampleFiles.FlightsParquet,
            },
            ct);
        record.Reused += job.Steps.Count(step => step.Reused);
        var facts = await RunMetrics.ReadAsync(client, job, "test", ct);
        record.Rows = (long)facts["rows"];
        record.Quarantined = (long)facts["quarantined"];
        record.LateRate = await FlightSource.LateRateAsync(client, record.Week, ct);
    }

    private async Task ServeOnceAsync(DemoWeek record, CancellationToken ct)
    {
        if (progress.Served is { } served && served.Week == record.Week)
        {
            (record.Champion, record.Predictions) = (served.Champion, served.Predictions);
            return;
        }

        await ServeAsync(record, ct);
        progress.Served = record;
        progress.Save();
    }

    private async Task ServeAsync(DemoWeek record, CancellationToken ct)
    {
        table.Doing(record.Week, "reading the week's flights");
        var flights = await FlightSource.ReadAsync(client, record.Week, ct);
        var release = new DemoRelease(client, traffic, what => table.Doing(record.Week, what));
        record.Champion = await release.ServeAsync(record.Week, flights, ct);
        record.Predictions = flights.Count;

        // Looking one up writes what is still in memory: from here on a kill loses no answer.
        await client.GetAsync(
            $"api/v1/online-endpoints/{Endpoint}/predictions/{Traffic.PredictionId(record.Week, flights.Count - 1)}", ct);

        // A week later the flights have landed, and what became of them is known.
        table.Doing(record.Week, "sending the true outcomes");
        await client.Endpoints.SendFeedbackAsync(
            Endpoint,
            [.. Enumerable.Range(0, flights.Count).Select(flight => Traffic.PredictionId(record.Week, flight))],
            [.. flights.Select(flight => flight.Late ? 1.0 : 0.0)],
            ct);
    }

    private async Task MonitorAsync(DemoWeek record, CancellationToken ct)
    {
        table.Doing(record.Week, "monitoring");
        var report = await client.PostAsync(
            $"api/v1/monitors/{Endpoint}/runs",
            new JsonObject { ["from"] = Start(record.Week), ["to"] = Start(record.Week + 1) },
            ct);
        var run = MonitorReport.Read(report!);
        record.Auc = run.Auc;
        record.Brier = run.Brier;
        record.Drifted = run.Drifted;
        (record.BrierFrozen, record.BrierUngated) = await _baselines.ScoreAsync(record.Week, ct);
    }

    private async Task RetrainAsync(DemoWeek record, CancellationToken ct)
    {
        table.Doing(record.Week, "training this week's candidate");
        await _baselines.TrainAsync(record.Week, ct);
        table.Doing(record.Week, "asking the retraining policy");
        var decision = await DemoPolicy.DecideAsync(client, record.Week, ct);
        if (!decision.Retrain)
        {
            record.Reason = decision.Reason;
            return;
        }

        table.Doing(record.Week, "evaluating the candidate at the gate");
        var job = await jobs.WaitAsync(decision.Job!, ct);
        record.Reused += job.Steps.Count(step => step.Reused);
        var version = job.Step("register").Outputs["version"].Node!;
        var gate = (await client.Models.GatesAsync(Model, ct))
            .First(gate => version == $"model:{Model}@{gate.Candidate.ToString(CultureInfo.InvariantCulture)}");
        record.Action = gate.Accepted ? "train_promoted" : "train_rejected";
        record.Reason = gate.Reason;
        record.Gate = JsonNode.Parse(gate.Evidence.GetRawText());
    }
}
