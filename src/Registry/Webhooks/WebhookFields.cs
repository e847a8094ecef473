using System.Collections.Frozen;
using System.Text.RegularExpressions;
using Slipway.Kernel;
using Slipway.Tracking.Contracts.Mlflow;

namespace Slipway.Registry.Webhooks;

/// <summary>The fields of a webhook, checked by MLflow's rules; null when they are absent or empty.</summary>
internal static partial class WebhookFields
{
    private const int LongestDescription = 1000, LongestSecret = 1000, Enabled = 1;

    private static readonly FrozenDictionary<string, int> s_statuses =
        new Dictionary<string, int> { ["ACTIVE"] = Enabled, ["DISABLED"] = 2 }.ToFrozenDictionary();

    public static string? Name(MlflowFields fields) => Given(fields, "name") is not { } name || NamePattern().IsMatch(name)
        ? Given(fields, "name")
        : throw SlipwayException.Invalid(
            $"Webhook name '{name}' is invalid. It must start and end with a letter or digit, have at most 63 characters, "
            + "and contain only letters, digits, dots (.), underscores (_), and hyphens (-).");

    public static string? Url(MlflowFields fields) => Given(fields, "url") is not { } url || !string.IsNullOrWhiteSpace(url)
        ? Given(fields, "url")
        : throw SlipwayException.Invalid("Webhook URL cannot be empty or just whitespace.");

    public static string? Events(MlflowFields fields) => fields.Objects("events") is { Count: > 0 } events
        ? Webhook.Join(events.Select(WebhookEvent.Parse))
        : null;

    public static bool? Active(MlflowFields fields) =>
        fields.Enum("status", s_statuses) is { } status ? status == Enabled : null;

    public static string? Description(MlflowFields fields) => Limited(fields, "description", LongestDescription);

    public static string? Secret(MlflowFields fields) => Limited(fields, "secret", LongestSecret);

    private static string? Limited(MlflowFields fields, string field, int most) =>
        Given(fields, field) is { } text ? MlflowNames.Limited(field, text, most) : null;

    private static string? Given(MlflowFields fields, string field) => fields.Text(field) is { Length: > 0 } text ? text : null;

    [GeneratedRegex(@"\A[a-zA-Z0-9]([a-zA-Z0-9._-]{0,61}[a-zA-Z0-9])?\z")]
    private static partial Regex NamePattern();
}
