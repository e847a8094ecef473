using System.Data.Common;
using System.Text.Json.Nodes;
using Slipway.Kernel;
using Slipway.Registry.Contracts;
using Slipway.Registry.Mlflow;
using Slipway.Security.Contracts;

namespace Slipway.Registry.Webhooks;

/// <summary>Tells the webhooks of a workspace what happened to a model or a prompt, in the transaction of the act itself.</summary>
internal sealed class RegistryNews(IDeliveries deliveries, TimeProvider time)
{
    public Task ModelCreatedAsync(
        DbTransaction tx, Caller caller, string name, IReadOnlyDictionary<string, string> tags, string? description,
        CancellationToken ct) =>
        TellAsync(
            tx, caller, name,
            prompt => new WebhookEvent(prompt ? "prompt" : "registered_model", "created"),
            _ => WebhookPayload.Created(name, tags, description), ct);

    public Task VersionCreatedAsync(DbTransaction tx, Caller caller, ModelVersion version, CancellationToken ct) =>
        TellAsync(
            tx, caller, version.Model,
            prompt => new WebhookEvent(prompt ? "prompt_version" : "model_version", "created"),
            prompt => prompt
                ? WebhookPayload.PromptVersionCreated(version.Model, version.Number, version.Tags, Given(version.Description))
                : WebhookPayload.VersionCreated(
                    version.Model, version.Number, version.Source, version.RunId, version.Tags, Given(version.Description)),
            ct);

    /// <param name="number">Null: a tag of the model itself, of which only prompts have news.</param>
    /// <param name="value">Null: it was taken away.</param>
    public Task TagAsync(DbTransaction tx, Caller caller, string model, int? number, string key, string? value, CancellationToken ct)
    {
        var action = value is null ? "deleted" : "set";
        return TellAsync(
            tx, caller, model,
            prompt => (prompt, number) switch
            {
                (true, null) => new WebhookEvent("prompt_tag", action),
                (true, _) => new WebhookEvent("prompt_version_tag", action),
                (false, null) => null,
                (false, _) => new WebhookEvent("model_version_tag", action),
            },
            _ => WebhookPayload.Tag(model, number, key, value), ct);
    }

    /// <param name="number">Null: it was taken away.</param>
    public Task AliasAsync(DbTransaction tx, Caller caller, string model, string alias, int? number, CancellationToken ct) =>
        TellAsync(
            tx, caller, model,
            prompt => new WebhookEvent(prompt ? "prompt_alias" : "model_version_alias", number is null ? "deleted" : "created"),
            _ => WebhookPayload.Alias(model, alias, number), ct);

    private static string? Given(string? text) => text is "" ? null : text;

    private async Task TellAsync(
        DbTransaction tx, Caller caller, string model, Func<bool, WebhookEvent?> what, Func<bool, JsonObject> data, CancellationToken ct)
    {
        var webhooks = await WebhookStore.ListActiveAsync(tx, caller.Workspace, ct);
        if (webhooks.Count == 0)
            return;

        var prompt = await RegisteredModelStore.IsPromptAsync(tx, caller.Workspace, model, ct);
        if (what(prompt) is not { } happened)
            return;
        var now = time.GetUtcNow();
        foreach (var webhook in webhooks.Where(webhook => webhook.Hears(happened)))
        {
            await deliveries.EnqueueAsync(
                tx, caller, webhook.Deliver(WebhookPayload.Body(happened, data(prompt), now, caller.Workspace)), ct);
        }
    }
}
