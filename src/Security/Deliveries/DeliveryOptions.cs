using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Slipway.Security.Deliveries;

/// <summary>Where this server may call, and how patiently.</summary>
internal sealed class DeliveryOptions
{
    public const string Section = "Deliveries";

    /// <summary>True: receivers may be on this machine and in private networks.</summary>
    public bool AllowPrivateAddresses { get; init; }

    /// <summary>True: http:// too, which others on the way can read.</summary>
    public bool AllowHttp { get; init; }

    /// <summary>How often a delivery is tried; the pauses are 1 s, 2 s, 4 s … up to an hour.</summary>
    [Range(1, 100)]
    public int Attempts { get; init; } = 15;

    /// <summary>How long a receiver may take to answer.</summary>
    [Range(1, 300)]
    public int TimeoutSeconds { get; init; } = 30;

    /// <summary>How many are under way at once.</summary>
    [Range(1, 1000)]
    public int Parallelism { get; init; } = 8;

    /// <summary>How long delivered and dead ones can be looked at.</summary>
    [Range(1, 3650)]
    public int KeepDays { get; init; } = 30;
}

[OptionsValidator]
internal sealed partial class DeliveryOptionsValidator : IValidateOptions<DeliveryOptions>;
