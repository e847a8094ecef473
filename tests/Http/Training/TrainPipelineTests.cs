using Slipway.Data;
using Slipway.Http.Server;
using Slipway.Jobs.Contracts;
using Slipway.Kernel;
using Slipway.Lake.Contracts;
using Slipway.Registry.Contracts;
using Slipway.Shared;
using Xunit;

namespace Slipway.Http.Training;

/// <summary>The flights' training pipeline on the real server, with few made-up flights.</summary>
public sealed class TrainPipelineTests : RunningServer
{
    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        await LandAsync();
    }

    [Fact]
    public async Task The_champion_moves_only_when_the_gate_says_yes()
    {
        var first = await TrainAsync("first", from: 0, to: 1);
        var same = await TrainAsync("same", from: 0, to: 1);
        var better = await TrainAsync("better", from: 2, to: 3);

        Assert.All(first.Steps, step => Assert.Equal(JobStatus.Completed, step.Status));
        Assert.Equal("model:flights-late@1", Step(first, "register").Outputs["version"].Node);

        // What was learned before is taken over; the candidate is registered and judged all the same.
        Assert.Equal(JobStatus.Completed, same.Status);
        Assert.True(Step(same, "train").Reused);
        Assert.Equal("model:flights-late@2", Step(same, "register").Outputs["version"].Node);
        Assert.Equal(JobStatus.Completed, Step(same, "gate").Status);
        Assert.NotEqual(JobStatus.Completed, Step(same, "promote").Status);
        Assert.Contains("Rejected because brier is not surely better", Step(same, "promote").Message);

        Assert.Equal(JobStatus.Completed, Step(better, "promote").Status);
        Assert.Equal(3, (await ChampionAsync()).Number);
        var decisions = await Part<IGateLog>().ListAsync(Caller.System, "flights-late", Ct);
        Assert.Equal([true, false, true], decisions.OrderBy(decision => decision.Candidate).Select(decision => decision.Accepted));
    }

    [Fact]
    public async Task From_the_champion_one_finds_the_flights_that_it_learned_from()
    {
        var job = await TrainAsync("first", from: 0, to: 1);

        var version = await ChampionAsync();
        var upstream = await Part<LineageLog>().UpstreamAsync(Caller.System.Workspace, version.Node, 20, Ct);

        Assert.Equal(Step(job, "train").RunId, version.RunId);
        Assert.Contains(upstream.Edges, edge => edge.From == "data:flights-features@1" && edge.To == $"run:{version.RunId}");
        Assert.Contains(upstream.Edges, edge => edge is { Act: "accepted", To: "model:flights-late@1" });
    }

    private async Task<ModelVersion> ChampionAsync() => (await Part<IModelRegistry>().FindAsync(Caller.System, "flights-late@champion", Ct))!;

    private async Task<Job> TrainAsync(string name, int from, int to)
    {
        var jobs = Part<IJobs>();
        await jobs.SubmitAsync(
            Caller.System,
            new NewJob
            {
                Name = name,
                Yaml = await File.ReadAllTextAsync(Repository.Path("examples/flights/train.yml"), Ct),
                Source = "train.yml",
                Inputs = new Dictionary<string, string> { ["train_from"] = $"{from}", ["train_to"] = $"{to}", ["holdout"] = "4" },
            },
            Ct);
        var job = await jobs.WaitAsync(Caller.System, name, Ct).WaitAsync(TimeSpan.FromMinutes(2), Ct);
        Assert.True(job.Status == JobStatus.Completed, $"{job.Message} {string.Join(" ", job.Steps.Select(step => step.Message))}");
        return job;
    }

    // From week 2 on the hours mean the opposite: who learned from weeks 0 and 1 is wrong in week 4.
    private async Task LandAsync()
    {
        var folder = Directory.CreateDirectory(Path.Combine(Home, "flights")).FullName;
        using (var connection = Part<ILakeTables>().Connect())
        {
            for (var week = 0; week < 5; week++)
            {
                connection.Execute(
                    $"""
                     copy (
                         select format('{week:00}-{"{:06d}"}', i) as flight_id, {week} as week,
                                timestamp '2001-01-01' + interval ({week} * 10080 + i * 5) minute as date,
                                (hash(i, {week}, 1) % 24)::int as hour, (hash(i, {week}, 2) % 7 + 1)::int as weekday,
                                'O' || (hash(i, {week}, 3) % 9)::varchar as origin, 'D' || (hash(i, {week}, 4) % 9)::varchar as destination,
                                (hash(i, {week}, 5) % 2500)::int as distance,
                                case when hash(i, {week}, 6) % 9 > 0 then (hash(i, {week}, 7) % 100) / 100.0 end as late_rate,
                                (hash(i, {week}, 8) % 100 < 5 + 3 * case when {week} < 2 then hour else 23 - hour end)::int as late
                         from range(2000) t(i)) to '{folder}/week-{week:00}.parquet' (format parquet)
                     """);
            }
        }

        var tree = await Part<ContentStore>().PutFolderAsync(folder, null, Ct);
        await Part<IDataAssets>().CreateAsync(
            Caller.System,
            new NewDataVersion
            {
                Name = AssetName.Parse("flights-features"),
                Type = DataType.UriFolder,
                Zone = "processed",
                Tree = tree.Digest,
            },
            Ct);
    }

    private static JobStep Step(Job job, string name) => job.Steps.Single(step => step.Name == name);
}
