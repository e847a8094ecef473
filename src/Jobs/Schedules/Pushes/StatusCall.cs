using System.Text.Json.Nodes;
using Slipway.Kernel;
using Slipway.Security.Contracts;

namespace Slipway.Jobs.Schedules.Pushes;

internal enum CommitOutcome
{
    Pending,
    Success,
    Failure,
    Canceled,

    /// <summary>There is no job: the commit could not be started.</summary>
    Error,
}

/// <summary>A status of a commit, in the words of the services.</summary>
internal sealed record StatusCall
{
    private const int MostWords = 140;

    public required Uri Repository { get; init; }

    /// <summary>Null: where the service of this repository usually is.</summary>
    public required string? Api { get; init; }

    public required string Context { get; init; }

    public required string Commit { get; init; }

    public CommitOutcome Outcome { get; init; }

    public string Words { get; init; } = "";

    public string? Link { get; init; }

    private string Project => Uri.UnescapeDataString(Repository.AbsolutePath).Trim('/') is var path && path.EndsWith(".git", StringComparison.Ordinal) ? path[..^4] : path;

    private string Shown => Words.ReplaceLineEndings(" ") is { Length: > MostWords } words ? words[..(MostWords - 1)] + "…" : Words.ReplaceLineEndings(" ");

    /// <param name="trigger">One that reports statuses.</param>
    public static StatusCall Of(JsonObject trigger, string schedule, string commit) => new()
    {
        Repository = new Uri((string)trigger["repository"]!),
        Api = (string?)trigger["report_status"]!["api"],
        Context = (string?)trigger["report_status"]!["context"] ?? $"slipway/{schedule}",
        Commit = commit,
    };

    public (string Url, JsonObject Body, TokenUse Use) For(string provider) => provider switch
    {
        "github" => GitHub(),
        "gitlab" => GitLab(),
        _ => AzureDevOps(),
    };

    // https://docs.github.com/rest/commits/statuses
    private (string Url, JsonObject Body, TokenUse Use) GitHub()
    {
        var usual = Repository.Host == "github.com" ? "https://api.github.com" : $"https://{Repository.Authority}/api/v3";
        var state = Outcome switch
        {
            CommitOutcome.Pending => "pending",
            CommitOutcome.Success => "success",
            CommitOutcome.Failure => "failure",
            _ => "error",
        };
        return (
            $"{Base(usual)}/repos/{Uri.EscapeDataString(Project).Replace("%2F", "/", StringComparison.Ordinal)}/statuses/{Commit}",
            With(new JsonObject { ["state"] = state, ["context"] = Context, ["description"] = Shown }, "target_url"),
            TokenUse.Bearer);
    }

    // https://docs.gitlab.com/api/commits/#set-commit-pipeline-status
    private (string Url, JsonObject Body, TokenUse Use) GitLab()
    {
        var state = Outcome switch
        {
            CommitOutcome.Pending => "running",
            CommitOutcome.Success => "success",
            CommitOutcome.Canceled => "canceled",
            _ => "failed",
        };
        return (
            $"{Base($"https://{Repository.Authority}/api/v4")}/projects/{Uri.EscapeDataString(Project)}/statuses/{Commit}",
            With(new JsonObject { ["state"] = state, ["name"] = Context, ["description"] = Shown }, "target_url"),
            TokenUse.PrivateToken);
    }

    // https://learn.microsoft.com/rest/api/azure/devops/git/statuses/create
    private (string Url, JsonObject Body, TokenUse Use) AzureDevOps()
    {
        // "acme/churn/_git/models" at dev.azure.com, "churn/_git/models" at acme.visualstudio.com.
        if (Project.Split("/_git/", 2) is not [var project, var name])
            throw SlipwayException.Invalid($"'{Repository}' is no repository of Azure DevOps; expected https://dev.azure.com/ORGANIZATION/PROJECT/_git/NAME.");
        var segments = string.Join('/', project.Split('/').Select(Uri.EscapeDataString));
        var state = Outcome switch
        {
            CommitOutcome.Pending => "pending",
            CommitOutcome.Success => "succeeded",
            CommitOutcome.Failure => "failed",
            _ => "error",
        };
        var context = Context.Split('/', 2) is [var genre, var check] ? new JsonObject { ["genre"] = genre, ["name"] = check } : new JsonObject { ["name"] = Context };
        return (
            $"{Base($"https://{Repository.Authority}/{segments}")}/_apis/git/repositories/{Uri.EscapeDataString(name)}/commits/{Commit}/statuses?api-version=7.1",
            With(new JsonObject { ["state"] = state, ["context"] = context, ["description"] = Shown }, "targetUrl"),
            TokenUse.Basic);
    }

    private string Base(string usual) => (Api ?? usual).TrimEnd('/');

    private JsonObject With(JsonObject body, string field)
    {
        if (Link is not null)
            body[field] = Link;
        return body;
    }
}
