using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Slipway.Security.Deliveries;

/// <summary>The mail server that e-mails are handed to.</summary>
internal sealed class MailOptions
{
    public const string Section = "Mail";

    /// <summary>Empty: no e-mail is sent.</summary>
    public string Host { get; init; } = "";

    [Range(1, 65535)]
    public int Port { get; init; } = 587;

    /// <summary>"starttls" (refused where the server has none), "tls" (from the first byte, usually port 465), or "none".</summary>
    [RegularExpression("starttls|tls|none")]
    public string Security { get; init; } = "starttls";

    /// <summary>Empty: the server asks for nobody.</summary>
    public string User { get; init; } = "";

    /// <summary>The name of the secret with the user's password, in the vault of the workspace default.</summary>
    public string PasswordSecret { get; init; } = "";

    public string From { get; init; } = "slipway@localhost";

    /// <summary>A PEM file with the certificates of an authority that only this server's certificate is checked against; empty: the system's.</summary>
    public string TrustedCertificates { get; init; } = "";
}

[OptionsValidator]
internal sealed partial class MailOptionsValidator : IValidateOptions<MailOptions>;
