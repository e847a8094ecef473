using System.CommandLine;
using System.Text.Json.Nodes;
using Slipway.Cli.CommandLine;
using Slipway.Cli.Output;

namespace Slipway.Cli.Versioning;

/// <summary>slipway data add|push|pull|status: data beside code in git.</summary>
internal static class TrackCommands
{
    private static readonly string[] s_columns = ["path", "asset", "version", "state"];

    public static IEnumerable<Command> Create() => [Add(), Push(), Pull(), Status()];

    private static Command Add()
    {
        var path = new Argument<string>("path") { Description = "The file or folder." };
        var name = new Option<string?>("--name", "-n") { Description = "The asset's name. Default: the name of the file or folder." };
        return ApiVerb.Create(
            "add", "Make a version of a file or folder, and a pointer PATH.slipway to keep in git in its place.", [path, name],
            async (client, parsed, format, ct) =>
            {
                var pointer = await new TrackedData(client).AddAsync(parsed.GetValue(path)!, parsed.GetValue(name), ct);
                Printer.Show(Row(pointer, "added"), format);
                return 0;
            });
    }

    private static Command Push() => Create(
        "push", "Make versions of what has changed since its pointer was written, and send what the server has not.", [],
        async (data, pointer, _, ct) =>
        {
            var (pushed, state) = await data.PushAsync(pointer, ct);
            return Row(pushed, state);
        },
        s_columns);

    private static Command Pull()
    {
        var force = new Option<bool>("--force") { Description = "Also over changes that no version keeps." };
        return Create(
            "pull", "Make files and folders what their pointers say, as after a git checkout.", [force],
            async (data, pointer, parsed, ct) => Row(pointer, await data.PullAsync(pointer, parsed.GetValue(force), ct)),
            s_columns);
    }

    private static Command Status() => Create(
        "status", "Tell which files and folders differ from their pointers, and which versions the server has.", [],
        (data, pointer, _, ct) => data.StatusAsync(pointer, ct),
        [.. s_columns, "on_server"]);

    private static Command Create(
        string verb,
        string description,
        IReadOnlyList<Option> options,
        Func<TrackedData, DataPointer, ParseResult, CancellationToken, Task<JsonObject>> act,
        IReadOnlyList<string> columns)
    {
        var paths = new Argument<string[]>("paths")
        {
            Description = "Pointers, what they stand for, or folders with them. Default: all below the current folder.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        return ApiVerb.Create(verb, description, [paths, .. options], async (client, parsed, format, ct) =>
        {
            var data = new TrackedData(client);
            var rows = new JsonArray();
            foreach (var pointer in DataPointer.Find(parsed.GetValue(paths) ?? []))
                rows.Add(await act(data, pointer, parsed, ct));
            Printer.List(rows, columns, format);
            return 0;
        });
    }

    private static JsonObject Row(DataPointer pointer, string state) => new()
    {
        ["path"] = Path.GetRelativePath(Environment.CurrentDirectory, pointer.Target),
        ["asset"] = pointer.Asset,
        ["version"] = pointer.Version,
        ["state"] = state,
    };
}
