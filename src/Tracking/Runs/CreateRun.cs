using System.Security.Cryptography;
using Microsoft.AspNetCore.Routing;
using Slipway.Kernel;
using Slipway.Security.Contracts;
using Slipway.Tracking.Contracts.Mlflow;
using Slipway.Tracking.Experiments;

namespace Slipway.Tracking.Runs;

internal sealed class CreateRun(
    ExperimentStore experiments, RunStore runs, RunReader reader, IAccess access, TimeProvider time) : IMlflowOperation
{
    private const int LongestName = 250;

    private static readonly string[] s_adjectives =
    [
        "agile", "bold", "brisk", "calm", "candid", "clever", "eager", "fair", "fleet", "gentle", "hardy", "keen", "lively",
        "lucid", "merry", "nimble", "patient", "plucky", "proud", "quick", "quiet", "rapid", "sage", "steady", "sunny", "swift",
    ];

    private static readonly string[] s_nouns =
    [
        "albatross", "badger", "cormorant", "crab", "dolphin", "eider", "falcon", "gannet", "gull", "heron", "kestrel",
        "lobster", "marlin", "narwhal", "osprey", "otter", "petrel", "puffin", "ray", "seal", "skua", "squid", "swan", "tern",
    ];

    public static void Map(IEndpointRouteBuilder routes) => routes.MapMlflow<CreateRun>("POST", "runs/create");

    public async Task HandleAsync(MlflowCall call, CancellationToken ct)
    {
        var fields = call.Fields;
        var tags = fields.Objects("tags")
            .Select(tag => new KeyValue(tag.Required("key"), tag.Text("value") ?? ""))
            .ToList();
        var created = await RunAsync(
            call.Caller,
            new RunRow
            {
                No = 0,
                Id = RandomNumberGenerator.GetHexString(32, lowercase: true),
                ExperimentId = MlflowNames.ExperimentId(fields.Required("experiment_id")),
                Name = fields.Text("run_name") ?? "",
                UserId = fields.Text("user_id") is { Length: > 0 } user ? user : "unknown",
                Status = RunStates.Name(Contracts.RunStatus.Running),
                StartedAt = fields.WholeNumber("start_time") ?? time.UtcNow(),
                ArtifactUri = "",
                Deleted = false,
            },
            tags,
            ct);
        await call.AnswerAsync(json =>
        {
            json.WritePropertyName("run");
            created.Write(json);
        }, ct);
    }

    /// <summary>Adds the run; one that exists with this id is returned as it is. The artifact place comes from the experiment.</summary>
    public async Task<RunRecord> RunAsync(Caller caller, RunRow wanted, IReadOnlyList<KeyValue> tags, CancellationToken ct)
    {
        await access.DemandAsync(caller, Permission.Write, $"experiment:{wanted.ExperimentId}", ct);
        var all = RunTags.Checked(tags);
        var experiment = await experiments.GetAsync(caller.Workspace, wanted.ExperimentId, ct);
        experiment.DemandActive();
        var name = Name(wanted.Name, all.FirstOrDefault(tag => tag.Key == RunStore.NameTag).Value);
        var row = wanted with
        {
            Name = name,
            UserId = all.FirstOrDefault(tag => tag.Key == "mlflow.user").Value is { Length: > 0 } user && wanted.UserId == "unknown"
                ? user
                : wanted.UserId,
            ArtifactUri = experiment.PlaceOf($"{wanted.Id}/artifacts"),
        };
        if (all.All(tag => tag.Key != RunStore.NameTag))
            all.Add(new KeyValue(RunStore.NameTag, name));
        await runs.AddAsync(caller, row, all, ct);
        return await reader.ReadAsync(await runs.GetAsync(caller.Workspace, row.Id, ct), ct);
    }

    private static string Name(string given, string? tag)
    {
        if (given.Length > 0 && tag is { Length: > 0 } && given != tag)
        {
            throw SlipwayException.Invalid(
                $"Both 'run_name' and the tag '{RunStore.NameTag}' are given but they differ: '{given}' and '{tag}'. Send one of them.");
        }

        var name = given.Length > 0 ? given : tag is { Length: > 0 } ? tag : MakeUp();
        return MlflowNames.Limited("run_name", name, LongestName);
    }

    /// <summary>"nimble-crab-123".</summary>
    public static string MakeUp() =>
        $"{Pick(s_adjectives)}-{Pick(s_nouns)}-{RandomNumberGenerator.GetInt32(1000)}";

    private static string Pick(string[] words) => words[RandomNumberGenerator.GetInt32(words.Length)];
}
