using System.Text.Json;
using System.Text.Json.Nodes;
using Slipway.Kernel;

namespace Slipway.Jobs.Schedules.Pushes;

/// <summary>Reads what the services say of a push.</summary>
internal static class PushReader
{
    // https://docs.github.com/webhooks/webhook-events-and-payloads#push: "commits" holds 2,048 at most.
    private const int MostOfGitHub = 2048;

    private static readonly string[] s_changes = ["added", "modified", "removed"];

    /// <summary>Null: the call tells of something else than a push.</summary>
    public static Push? Read(string provider, string? kind, ReadOnlyMemory<byte> body)
    {
        var json = Parse(body);
        var push = provider switch
        {
            "github" => kind == "push" ? GitHub(json) : null,
            "gitlab" => kind is "Push Hook" or "Tag Push Hook" ? GitLab(json) : null,
            "azure_devops" => Text(json, "eventType") == "git.push" ? AzureDevOps(json) : null,
            _ => Generic(json),
        };
        if (push is not null && (!Push.IsCommit(push.Commit) || !Push.IsRef(push.Ref) || (push.Before.Length > 0 && !Push.IsCommit(push.Before))))
            throw SlipwayException.Invalid("The call names no commit of a branch or tag; expected ref 'refs/heads/…' or 'refs/tags/…' and the commit's 40 digits.");
        return push;
    }

    private static Push GitHub(JsonObject json)
    {
        var repository = json["repository"] as JsonObject;
        var commits = Items(json["commits"]);
        return new Push
        {
            Repositories = Texts(repository, "clone_url", "ssh_url", "git_url", "html_url", "url"),
            Ref = Text(json, "ref"),
            Commit = Text(json, "after"),
            Before = Text(json, "before"),
            Author = Text(json["pusher"], "name"),
            Message = FirstLine(Text(json["head_commit"], "message")),
            // After a forced push the commits are counted from where the branches part: what was taken back is not among them.
            Paths = commits.Count < MostOfGitHub && !Flag(json, "forced") ? PathsOf(commits) : null,
        };
    }

    private static Push GitLab(JsonObject json)
    {
        var project = json["project"] as JsonObject;
        var commits = Items(json["commits"]);
        return new Push
        {
            Repositories = Texts(project, "git_http_url", "git_ssh_url", "web_url", "http_url", "ssh_url", "url"),
            Ref = Text(json, "ref"),
            Commit = Text(json, "after"),
            Before = Text(json, "before"),
            Author = Text(json, "user_username"),
            Message = FirstLine(Text(commits.LastOrDefault(), "message")),
            // It names twenty commits at most, and tells how many there are.
            Paths = Text(json, "total_commits_count") == commits.Count.ToString(System.Globalization.CultureInfo.InvariantCulture) ? PathsOf(commits) : null,
        };
    }

    private static Push AzureDevOps(JsonObject json)
    {
        var resource = json["resource"] as JsonObject;
        var repository = resource?["repository"] as JsonObject;
        var moved = Items(resource?["refUpdates"]).FirstOrDefault();
        return new Push
        {
            Repositories = Texts(repository, "remoteUrl", "sshUrl", "webUrl", "url"),
            Ref = Text(moved, "name"),
            Commit = Text(moved, "newObjectId"),
            Before = Text(moved, "oldObjectId"),
            Author = Text(resource?["pushedBy"], "displayName"),
            Message = FirstLine(Text(Items(resource?["commits"]).FirstOrDefault(), "comment")),
        };
    }

    private static Push Generic(JsonObject json) => new()
    {
        Repositories = Texts(json, "repository"),
        Ref = Text(json, "ref"),
        Commit = Text(json, "commit"),
        Before = Text(json, "before"),
        Author = Text(json, "author"),
        Message = FirstLine(Text(json, "message")),
        Paths = json["paths"] is JsonArray paths ? [.. paths.OfType<JsonValue>().Select(path => path.ToString())] : null,
    };

    private static JsonObject Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            return JsonNode.Parse(body.Span) as JsonObject ?? throw SlipwayException.Invalid("The call's body is not a JSON object.");
        }
        catch (JsonException exception)
        {
            throw new SlipwayException(ErrorCode.InvalidParameter, $"The call's body is not JSON; set its content type to application/json. {exception.Message}", exception);
        }
    }

    private static HashSet<string> PathsOf(IReadOnlyList<JsonObject> commits) =>
        [.. commits.SelectMany(commit => s_changes.SelectMany(field => commit[field] as JsonArray ?? [])).OfType<JsonValue>().Select(path => path.ToString())];

    private static List<JsonObject> Items(JsonNode? node) => [.. (node as JsonArray ?? []).OfType<JsonObject>()];

    private static List<string> Texts(JsonObject? json, params string[] fields) =>
        [.. fields.Select(field => Text(json, field)).Where(text => text.Length > 0)];

    private static string Text(JsonNode? json, string field) => (json as JsonObject)?[field] is JsonValue value ? value.ToString() : "";

    private static bool Flag(JsonObject json, string field) => json[field] is JsonValue value && value.TryGetValue(out bool set) && set;

    private static string FirstLine(string text) => text.Split('\n')[0].TrimEnd('\r') is { Length: > 200 } line ? line[..200] : text.Split('\n')[0].TrimEnd('\r');
}
