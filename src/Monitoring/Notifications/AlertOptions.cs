using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Slipway.Monitoring.Notifications;

/// <summary>How alerts are looked for and told of.</summary>
internal sealed class AlertOptions
{
    public const string Section = "Alerts";

    /// <summary>The address at which people reach this server, for links in messages: https://slipway.example.com. Empty: links are paths.</summary>
    public string PublicUrl { get; init; } = "";

    /// <summary>How often rules are looked at, and the counters of deployments kept.</summary>
    [Range(1, 3600)]
    public int EverySeconds { get; init; } = 15;

    /// <summary>How long the counters of deployments are kept.</summary>
    [Range(1, 3650)]
    public int KeepSamplesDays { get; init; } = 30;
}

[OptionsValidator]
internal sealed partial class AlertOptionsValidator : IValidateOptions<AlertOptions>;
