using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Slipway.Jobs.Definitions.Schema;
using Slipway.Kernel;
using Slipway.Lake.Contracts;
using Slipway.ObjectStores;
using Slipway.Security.Contracts;

namespace Slipway.Jobs.Schedules.Watches;

/// <summary>
/// Files that arrive in a datastore, or change there. A file counts when two looks find it the same, so that one that is
/// still being written into a folder does not count.
/// </summary>
internal sealed class FileWatch(IDatastores datastores, WatchedFileStore known, TimeProvider time) : IWatch
{
    private const int PageSize = 1000;
    private const int MostFiles = 200_000;
    private const int MostNames = 100;
    private const int UsualPeriodSeconds = 60;

    private static readonly TimeSpan s_settling = TimeSpan.FromSeconds(2);

    public string Name => TriggerTables.Files;

    public string TargetOf(JsonObject trigger) => $"files:{PathOf(trigger)}";

    public TimeSpan? PeriodOf(JsonObject trigger) => TimeSpan.FromSeconds((int?)(double?)trigger["interval"] ?? UsualPeriodSeconds);

    public async Task<IReadOnlyDictionary<string, string>> CheckAsync(Caller caller, JsonObject trigger, CancellationToken ct)
    {
        await datastores.OpenAsync(caller, PathOf(trigger).Datastore!, Permission.Read, ct);
        return Facts(PathOf(trigger).Text, ["file"]);
    }

    public async Task<Seen> BeginAsync(Schedule schedule, CancellationToken ct)
    {
        var there = await ListAsync(schedule, ct);
        return new Seen([])
        {
            Remember = async (tx, id, token) =>
            {
                await WatchedFileStore.ForgetAsync(tx, id, token);
                await WatchedFileStore.UpdateAsync(tx, id, there.Select(file => Watched(file, fired: true)), [], token);
            },
        };
    }

    public async Task<Seen> LookAsync(Schedule schedule, CancellationToken ct)
    {
        var before = (await known.ListAsync(schedule.Id, ct)).ToDictionary(file => file.Name, StringComparer.Ordinal);
        var there = await ListAsync(schedule, ct);
        var settled = there.Where(file => before.GetValueOrDefault(file.Name) is { Fired: false } old && old.ETag == file.ETag).ToList();
        var fresh = there.Where(file => before.GetValueOrDefault(file.Name)?.ETag != file.ETag).ToList();
        var gone = before.Keys.Except(there.Select(file => file.Name), StringComparer.Ordinal).ToList();
        WatchedFile[] changed = [.. settled.Select(file => Watched(file, fired: true)), .. fresh.Select(file => Watched(file, fired: false))];
        return new Seen(Sightings(schedule, settled))
        {
            Remember = (tx, id, token) => WatchedFileStore.UpdateAsync(tx, id, changed, gone, token),
            Again = fresh.Count > 0 ? s_settling : null,
        };
    }

    public Task<IReadOnlyDictionary<string, string>> ByHandAsync(
        Schedule schedule, IReadOnlyDictionary<string, string> given, CancellationToken ct) =>
        Task.FromResult(Facts(given.GetValueOrDefault("path") ?? PathOf(schedule.TriggerFields()).Text, []));

    private List<Sighting> Sightings(Schedule schedule, List<StoredObject> arrived)
    {
        var trigger = schedule.TriggerFields();
        if (arrived.Count == 0)
            return [];
        if ((bool?)trigger["each"] == true)
            return [.. arrived.Select(file => SightingOf(trigger, UriOf(trigger, file.Name), [file]))];
        return [SightingOf(trigger, PathOf(trigger).Text, arrived)];
    }

    private Sighting SightingOf(JsonObject trigger, string path, IReadOnlyList<StoredObject> files)
    {
        var key = SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', files.Select(file => $"{file.Name}\0{file.ETag}"))));
        var now = time.GetUtcNow();
        return new Sighting(
            string.Create(CultureInfo.InvariantCulture, $"files:{Convert.ToHexStringLower(key)}:{now.ToUnixTimeMilliseconds()}"),
            now,
            files is [var only]
                ? $"The file {only.Name} arrived in the datastore {PathOf(trigger).Datastore}."
                : string.Create(CultureInfo.InvariantCulture, $"{files.Count} files arrived in the datastore {PathOf(trigger).Datastore}."),
            Facts(path, [.. files.Select(file => file.Name)]));
    }

    private async Task<List<StoredObject>> ListAsync(Schedule schedule, CancellationToken ct)
    {
        var path = PathOf(schedule.TriggerFields());
        var pattern = ObjectPattern.OfFolder(path.Path);
        var store = await datastores.OpenAsync(schedule.Caller, path.Datastore!, Permission.Read, ct);
        var found = new List<StoredObject>();
        string? token = null;
        do
        {
            var page = await store.ListAsync(pattern.Folder, PageSize, token, ct);
            found.AddRange(page.Items.Where(file => pattern.Matches(file.Name)));
            token = page.NextToken;
            if (found.Count > MostFiles)
                throw SlipwayException.Invalid($"More than {MostFiles} files lie at '{path}'; watch a part of them.");
        }
        while (token is not null);
        return found;
    }

    private static WatchedFile Watched(StoredObject file, bool fired) => new() { Name = file.Name, ETag = file.ETag, Fired = fired };

    private static DataUri PathOf(JsonObject trigger) => DataUri.Parse((string)trigger["path"]!);

    private static string UriOf(JsonObject trigger, string name) => $"azureml://datastores/{PathOf(trigger).Datastore}/paths/{name}";

    private static IReadOnlyDictionary<string, string> Facts(string path, IReadOnlyList<string> names) => new Dictionary<string, string>
    {
        ["path"] = path,
        ["count"] = names.Count.ToString(CultureInfo.InvariantCulture),
        ["files"] = string.Join(',', names.Take(MostNames)),
    };
}
