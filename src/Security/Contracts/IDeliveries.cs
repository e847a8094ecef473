using System.Data.Common;
using System.Text.Json;
using Slipway.Kernel;
using Slipway.Security.Deliveries;

namespace Slipway.Security.Contracts;

/// <summary>
/// Web calls to others (webhooks, alerts): kept until the receiver has taken them, signed, repeated with growing pauses,
/// put aside as dead when it never does, and only sent to addresses that this server may call. A receiver may get a
/// delivery twice and in another order; its id tells.
/// </summary>
public interface IDeliveries
{
    /// <summary>
    /// As part of a larger write: it is sent exactly if that write is committed. Returns its id; one of a known id is
    /// not sent again. What the caller may do is asked before, by the module.
    /// </summary>
    Task<string> EnqueueAsync(DbTransaction tx, Caller caller, NewDelivery delivery, CancellationToken ct);

    Task<string> EnqueueAsync(Caller caller, NewDelivery delivery, CancellationToken ct);

    /// <summary>One attempt, now, without keeping it: to try a receiver out. A failure is an answer too.</summary>
    Task<DeliveryAnswer> TryAsync(Caller caller, NewDelivery delivery, CancellationToken ct);

    /// <summary>What became of deliveries, by id; those that are forgotten are left out.</summary>
    Task<IReadOnlyDictionary<string, DeliveryOutcome>> OutcomesAsync(Caller caller, IReadOnlyCollection<string> ids, CancellationToken ct);

    /// <summary>Refuses (InvalidParameter) a URL that nothing would be delivered to; for when it is configured.</summary>
    Task CheckUrlAsync(string url, CancellationToken ct);
}

/// <summary>A POST of a JSON text, or an e-mail: <see cref="Mail"/>.</summary>
public sealed record NewDelivery
{
    /// <summary>An e-mail of plain text, over the mail server that the configuration names.</summary>
    public static NewDelivery Mail(string subject, IReadOnlyList<string> to, MailText text) => new()
    {
        Subject = subject,
        Url = "mailto:" + string.Join(',', to),
        Body = JsonSerializer.Serialize(text, DeliveryJson.Default.MailText),
    };

    /// <summary>Null: a new one. Give it when the same news may be told twice.</summary>
    public string? Id { get; init; }

    /// <summary>The node that sends it: "webhook:…", "alert:…".</summary>
    public required string Subject { get; init; }

    public required string Url { get; init; }

    public required string Body { get; init; }

    /// <summary>The name of the secret in the vault that signs it; null: it is not signed.</summary>
    public string? Secret { get; init; }

    /// <summary>
    /// What stands before "-Delivery-Id", "-Timestamp" (Unix seconds) and "-Signature": "v1," and the base64 of
    /// HMAC-SHA256(secret, "id.timestamp.body").
    /// </summary>
    public string HeaderPrefix { get; init; } = "X-Slipway";

    /// <summary>How it signs in at its receiver; null: it does not.</summary>
    public DeliveryToken? Token { get; init; }
}

/// <summary>A token, password or key that goes along with a delivery.</summary>
/// <param name="Secret">Its name in the vault.</param>
public sealed record DeliveryToken(string Secret, TokenUse Use);

/// <summary>The header that a token goes into.</summary>
public enum TokenUse
{
    /// <summary>Authorization: Bearer TOKEN.</summary>
    Bearer,

    /// <summary>Authorization: Basic, with the token as the password and no name.</summary>
    Basic,

    /// <summary>PRIVATE-TOKEN: TOKEN, as GitLab wants it.</summary>
    PrivateToken,
}

/// <summary>The words of an e-mail.</summary>
public sealed record MailText(string Subject, string Text);

/// <summary>Where a delivery stands.</summary>
/// <param name="State">"waiting", "delivered" or "dead".</param>
/// <param name="Error">Why the last attempt failed.</param>
public sealed record DeliveryOutcome(string State, int Attempts, string? Error);

/// <summary>What came of one attempt.</summary>
/// <param name="Status">The HTTP status; null when there was no answer.</param>
/// <param name="Body">The beginning of the answer.</param>
/// <param name="Error">Why it was not taken; null when it was.</param>
public sealed record DeliveryAnswer(int? Status, string? Body, string? Error);
