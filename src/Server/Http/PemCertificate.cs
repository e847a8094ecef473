using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Slipway.Kernel;
using Slipway.Server.Contracts;

namespace Slipway.Server.Http;

/// <summary>A certificate with its key and the certificates above it, and the texts that they were read from.</summary>
internal sealed record PemCertificate(string Text, string KeyText, SslStreamCertificateContext Context)
{
    /// <summary>Refuses, with InvalidParameter, files that are not there or hold no certificate with its key.</summary>
    public static PemCertificate Read(CertificateFiles files)
    {
        var text = ReadText(files.Certificate);
        return Parse(files, text, files.Key is null ? text : ReadText(files.Key));
    }

    /// <summary>True: the files hold what they held.</summary>
    public bool IsOf(CertificateFiles files) =>
        ReadText(files.Certificate) == Text && (files.Key is null || ReadText(files.Key) == KeyText);

    private static PemCertificate Parse(CertificateFiles files, string text, string keyText)
    {
        try
        {
            var certificate = X509Certificate2.CreateFromPem(text, keyText);
            var above = new X509Certificate2Collection();
            above.ImportFromPem(text);
            above.RemoveAt(0);
            return new PemCertificate(text, keyText, SslStreamCertificateContext.Create(certificate, above, offline: true));
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            throw new SlipwayException(
                ErrorCode.InvalidParameter,
                $"{files.Certificate} and {files.Key ?? files.Certificate} are no certificate with its private key, not encrypted, in PEM: {exception.Message}",
                exception);
        }
    }

    private static string ReadText(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new SlipwayException(ErrorCode.InvalidParameter, $"The certificate's file {file} cannot be read: {exception.Message}", exception);
        }
    }
}
