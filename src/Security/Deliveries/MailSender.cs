using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using Microsoft.Extensions.Options;
using MimeKit;
using Slipway.Kernel;
using Slipway.Security.Contracts;

namespace Slipway.Security.Deliveries;

/// <summary>Makes one attempt to hand an e-mail to the mail server. Its id is the delivery's: who gets it twice can tell.</summary>
internal sealed class MailSender(IVault vault, IOptions<MailOptions> options)
{
    private const string Scheme = "mailto:";
    private readonly MailOptions _options = options.Value;

    public static bool IsMail(string url) => url.StartsWith(Scheme, StringComparison.Ordinal);

    /// <summary>Refuses what could never be sent.</summary>
    public void Check(string url)
    {
        if (_options.Host.Length == 0)
            throw SlipwayException.Invalid("This server sends no e-mail: its administrator has to name a mail server (Mail__Host, Mail__From).");
        Addresses(url);
    }

    /// <summary>What came of it, and after which time to try again: null for never.</summary>
    public async Task<(DeliveryAnswer Answer, TimeSpan? RetryAfter)> SendAsync(Delivery delivery, CancellationToken ct)
    {
        Check(delivery.Url);
        using var message = Message(delivery);
        using var client = new SmtpClient { CheckCertificateRevocation = false };
        if (_options.TrustedCertificates.Length > 0)
            client.ServerCertificateValidationCallback = (_, certificate, _, errors) => IsTrusted(certificate, errors);
        try
        {
            await client.ConnectAsync(_options.Host, _options.Port, Security(), ct);
            if (_options.User.Length > 0)
                await client.AuthenticateAsync(_options.User, await PasswordAsync(ct), ct);
            var answer = await client.SendAsync(message, ct);
            await client.DisconnectAsync(quit: true, ct);
            return (new DeliveryAnswer(250, answer, null), null);
        }
        catch (SmtpCommandException exception)
        {
            // 5xx says that the same message will never be taken, 4xx that it may be later.
            var status = (int)exception.StatusCode;
            return (new DeliveryAnswer(status, null, $"The mail server answered {status}: {exception.Message}"), status >= 500 ? null : TimeSpan.Zero);
        }
        catch (Exception exception) when (exception is AuthenticationException or SslHandshakeException or ProtocolException
            or ServiceNotConnectedException or SocketException or IOException or NotSupportedException)
        {
            return (new DeliveryAnswer(null, null, $"The mail server {_options.Host}:{_options.Port}: {exception.Message}"), TimeSpan.Zero);
        }
    }

    private MimeMessage Message(Delivery delivery)
    {
        var text = JsonSerializer.Deserialize(delivery.Body, DeliveryJson.Default.MailText)!;
        var message = new MimeMessage
        {
            Subject = text.Subject,
            MessageId = $"{delivery.Id}@slipway",
            Date = delivery.CreatedAt.ToTime(),
            Body = new TextPart("plain") { Text = text.Text },
        };
        message.From.Add(MailboxAddress.Parse(_options.From));
        message.To.AddRange(Addresses(delivery.Url));
        message.Headers.Add("X-Slipway-Delivery-Id", delivery.Id);
        message.Headers.Add("Auto-Submitted", "auto-generated");
        return message;
    }

    private static IEnumerable<InternetAddress> Addresses(string url) => [.. url[Scheme.Length..].Split(',').Select(address =>
        MailboxAddress.TryParse(address, out var mailbox) && mailbox.Address.Contains('@', StringComparison.Ordinal)
            ? mailbox
            : throw SlipwayException.Invalid($"'{address}' is not an e-mail address."))];

    private async Task<string> PasswordAsync(CancellationToken ct) =>
        await vault.FindAsync(Caller.System, _options.PasswordSecret, ct) ?? throw SlipwayException.NotFound("Secret", _options.PasswordSecret);

    private SecureSocketOptions Security() => _options.Security switch
    {
        "tls" => SecureSocketOptions.SslOnConnect,
        "none" => SecureSocketOptions.None,
        _ => SecureSocketOptions.StartTls,
    };

    private bool IsTrusted(X509Certificate? certificate, SslPolicyErrors errors)
    {
        if (certificate is null || (errors & ~SslPolicyErrors.RemoteCertificateChainErrors) != 0)
            return false;
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.CustomTrustStore.ImportFromPemFile(_options.TrustedCertificates);
        using var checkedCertificate = new X509Certificate2(certificate);
        return chain.Build(checkedCertificate);
    }
}
