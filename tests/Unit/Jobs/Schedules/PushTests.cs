using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Slipway.Jobs.Schedules.Pushes;
using Slipway.Kernel;
using Slipway.Security.Contracts;
using Xunit;

namespace Slipway.Unit.Jobs.Schedules;

public sealed class PushTests
{
    private const string Old = "1111111111111111111111111111111111111111", New = "2222222222222222222222222222222222222222";

    private static readonly DateTimeOffset s_now = DateTimeOffset.FromUnixTimeSeconds(1_700_000_000);

    // The example of https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries.
    [Theory]
    [InlineData("sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17", true)]
    [InlineData("sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e18", false)]
    [InlineData("757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17", false)]
    [InlineData("", false)]
    public void GitHub_signs_the_body(string signature, bool valid) =>
        Assert.Equal(valid, IsValid("github", "It's a Secret to Everybody", "Hello, World!", ("X-Hub-Signature-256", signature)));

    [Theory]
    [InlineData("gitlab", "X-Gitlab-Token", "s3cret", true)]
    [InlineData("gitlab", "X-Gitlab-Token", "s3cre", false)]
    [InlineData("gitlab", "X-Hub-Signature-256", "s3cret", false)]
    [InlineData("azure_devops", "Authorization", "Basic YW5hOnMzY3JldA==", true)]
    [InlineData("azure_devops", "Authorization", "Basic czNjcmV0OnMzY3JlZA==", false)]
    [InlineData("azure_devops", "Authorization", "Basic ???", false)]
    [InlineData("azure_devops", "Authorization", "Bearer s3cret", false)]
    public void GitLab_and_Azure_DevOps_send_the_secret(string provider, string header, string value, bool valid) =>
        Assert.Equal(valid, IsValid(provider, "s3cret", "{}", (header, value)));

    [Theory]
    [InlineData(0, true)]
    [InlineData(-299, true)]
    [InlineData(-301, false)]
    [InlineData(301, false)]
    public void A_generic_call_is_signed_with_its_time_and_soon_too_old(int seconds, bool valid)
    {
        var timestamp = $"{s_now.ToUnixTimeSeconds() + seconds}";
        var signature = "v1," + Convert.ToBase64String(HMACSHA256.HashData("s3cret"u8, Encoding.UTF8.GetBytes($"7.{timestamp}.{{}}")));
        (string, string)[] headers = [("X-Slipway-Delivery-Id", "7"), ("X-Slipway-Timestamp", timestamp), ("X-Slipway-Signature", signature)];

        Assert.Equal(valid, IsValid("generic", "s3cret", "{}", headers));
        Assert.False(IsValid("generic", "s3cret", "{ }", headers));
    }

    [Fact]
    public void GitHub_tells_branch_commit_author_and_changed_files()
    {
        var push = Read("github", "push", $$"""
            {"ref": "refs/heads/feature/x", "before": "{{Old}}", "after": "{{New}}", "forced": false, "pusher": {"name": "ana"},
             "repository": {"clone_url": "https://github.com/acme/churn.git", "ssh_url": "git@github.com:acme/churn.git"},
             "head_commit": {"message": "Fix it\n\nLong story."},
             "commits": [{"added": ["a.py"], "removed": [], "modified": ["b.py"]}, {"added": [], "removed": ["c.py"], "modified": ["b.py"]}]}
            """)!;

        Assert.Equal(("feature/x", New, Old, "ana", "Fix it"), (push.Branch, push.Commit, push.Before, push.Author, push.Message));
        Assert.Equal(["a.py", "b.py", "c.py"], push.Paths!.Order());
        Assert.Null(PushFilter.Refusal(Trigger("""{"repository": "https://token@GitHub.com/acme/churn"}"""), push));
        Assert.Equal(
            "It is of another repository (https://github.com/acme/churn.git).",
            PushFilter.Refusal(Trigger("""{"repository": "https://github.com/acme/other.git"}"""), push));
    }

    [Fact]
    public void What_a_call_does_not_tell_of_all_files_is_left_to_git()
    {
        var forced = Read("github", "push", $$"""{"ref": "refs/heads/main", "before": "{{Old}}", "after": "{{New}}", "forced": true, "commits": []}""")!;
        var many = Read("gitlab", "Push Hook", $$"""{"ref": "refs/heads/main", "before": "{{Old}}", "after": "{{New}}", "total_commits_count": 21, "commits": [{"modified": ["a"]}]}""")!;
        var few = Read("gitlab", "Push Hook", $$"""{"ref": "refs/heads/main", "before": "{{Old}}", "after": "{{New}}", "total_commits_count": 1, "commits": [{"modified": ["a"]}]}""")!;
        var azure = Read("azure_devops", null, $$"""
            {"eventType": "git.push", "resource": {"refUpdates": [{"name": "refs/heads/main", "oldObjectId": "{{Old}}", "newObjectId": "{{New}}"}],
             "repository": {"remoteUrl": "https://dev.azure.com/acme/churn/_git/models"}, "pushedBy": {"displayName": "Ana"}, "commits": [{"comment": "Fix"}] } }
            """)!;

        Assert.Null(forced.Paths);
        Assert.Null(many.Paths);
        Assert.Equal(["a"], few.Paths);
        Assert.Null(azure.Paths);
        Assert.Equal(("main", "Ana", "Fix"), (azure.Branch, azure.Author, azure.Message));
        Assert.Null(PushFilter.Refusal(Trigger("""{"paths": ["src/**"]}"""), forced));
    }

    [Theory]
    [InlineData("github", "issues", "{}")]
    [InlineData("gitlab", "Pipeline Hook", "{}")]
    [InlineData("azure_devops", null, """{"eventType": "git.pullrequest.created"}""")]
    public void Other_news_are_no_pushes(string provider, string? kind, string body) => Assert.Null(Read(provider, kind, body));

    [Theory]
    [InlineData("not json")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"ref": "refs/heads/--upload-pack=evil", "commit": "2222222222222222222222222222222222222222"}""")]
    [InlineData("""{"ref": "refs/heads/a..b", "commit": "2222222222222222222222222222222222222222"}""")]
    [InlineData("""{"ref": "refs/heads/main", "commit": "--all"}""")]
    [InlineData("""{"ref": {"a": 1}, "commit": ["x"], "paths": 7, "repository": []}""")]
    public void A_body_that_names_no_commit_is_refused(string body) =>
        Assert.Equal(ErrorCode.InvalidParameter, Assert.Throws<SlipwayException>(() => Read("generic", null, body)).Code);

    [Fact]
    public void A_deleted_branch_starts_nothing()
    {
        var push = Read("generic", null, $$"""{"ref": "refs/heads/main", "commit": "{{new string('0', 40)}}", "before": "{{Old}}"}""")!;

        Assert.Equal("'main' was deleted.", PushFilter.Refusal(Trigger("{}"), push));
    }

    [Theory]
    [InlineData("github", "https://github.com/acme/churn.git", null, "https://api.github.com/repos/acme/churn/statuses/C", """{"state":"failure","context":"slipway/ci","description":"It broke.","target_url":"https://s/jobs/j"}""", TokenUse.Bearer)]
    [InlineData("github", "https://git.acme.org/ml/churn", null, "https://git.acme.org/api/v3/repos/ml/churn/statuses/C", null, TokenUse.Bearer)]
    [InlineData("gitlab", "https://gitlab.com/acme/ml/churn.git", null, "https://gitlab.com/api/v4/projects/acme%2Fml%2Fchurn/statuses/C", """{"state":"failed","name":"slipway/ci","description":"It broke.","target_url":"https://s/jobs/j"}""", TokenUse.PrivateToken)]
    [InlineData("gitlab", "https://gitlab.com/acme/churn", "https://other/api/v4/", "https://other/api/v4/projects/acme%2Fchurn/statuses/C", null, TokenUse.PrivateToken)]
    [InlineData("azure_devops", "https://dev.azure.com/acme/My%20churn/_git/models", null, "https://dev.azure.com/acme/My%20churn/_apis/git/repositories/models/commits/C/statuses?api-version=7.1", """{"state":"failed","context":{"genre":"slipway","name":"ci"},"description":"It broke.","targetUrl":"https://s/jobs/j"}""", TokenUse.Basic)]
    public void A_status_is_told_in_the_words_of_the_service(string provider, string repository, string? api, string url, string? body, TokenUse use)
    {
        var trigger = new JsonObject { ["repository"] = repository, ["report_status"] = new JsonObject { ["api"] = api } };

        var call = (StatusCall.Of(trigger, "ci", "C") with { Outcome = CommitOutcome.Failure, Words = "It broke.", Link = "https://s/jobs/j" }).For(provider);

        Assert.Equal((url, use), (call.Url, call.Use));
        if (body is not null)
            Assert.Equal(body, call.Body.ToJsonString());
    }

    private static bool IsValid(string provider, string secret, string body, params (string Name, string Value)[] headers)
    {
        var given = new HeaderDictionary();
        foreach (var (name, value) in headers)
            given[name] = value;
        return PushSignature.IsValid(provider, given, Encoding.UTF8.GetBytes(body), secret, s_now);
    }

    private static Push? Read(string provider, string? kind, string body) => PushReader.Read(provider, kind, Encoding.UTF8.GetBytes(body));

    private static JsonObject Trigger(string json) => JsonNode.Parse(json)!.AsObject();
}
