using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;

namespace Slipway.Shared;

/// <summary>An authority made by openssl, and one below it that signs certificates of servers: clients know only the first.</summary>
public sealed class OwnAuthority : IDisposable
{
    private const string NewKey = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";

    private readonly TempFolder _folder = new();

    public OwnAuthority()
    {
        Run($"req -x509 {NewKey} -keyout root.key -out root.pem -days 30 -subj /CN=root -addext basicConstraints=critical,CA:TRUE");
        File.WriteAllText(_folder.File("above.ext"), "basicConstraints=critical,CA:TRUE\n");
        Run($"req {NewKey} -keyout above.key -out above.req -subj /CN=above");
        Run("x509 -req -in above.req -CA root.pem -CAkey root.key -days 30 -extfile above.ext -out above.pem");
    }

    public string RootFile => _folder.File("root.pem");

    public string CertificateFile => _folder.File("server.pem");

    public string KeyFile => _folder.File("server.key");

    /// <summary>A new certificate and key in place of those before.</summary>
    public void Issue(string keyKind = NewKey)
    {
        File.WriteAllText(_folder.File("server.ext"), "subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth\n");
        Run($"req {keyKind} -keyout server.key -out server.req -subj /CN=localhost");
        Run("x509 -req -in server.req -CA above.pem -CAkey above.key -days 30 -extfile server.ext -out leaf.pem");
        File.WriteAllText(CertificateFile, File.ReadAllText(_folder.File("leaf.pem")) + File.ReadAllText(_folder.File("above.pem")));
    }

    /// <summary>The root and nobody else.</summary>
    public X509ChainPolicy Trust() => new()
    {
        TrustMode = X509ChainTrustMode.CustomRootTrust,
        CustomTrustStore = { X509Certificate2.CreateFromPem(File.ReadAllText(RootFile)) },
        RevocationMode = X509RevocationMode.NoCheck,
    };

    public HttpClient Client(Uri address)
    {
        var handler = new SocketsHttpHandler();
        handler.SslOptions.CertificateChainPolicy = Trust();
        return new HttpClient(handler) { BaseAddress = address };
    }

    public void Dispose() => _folder.Dispose();

    private void Run(string arguments)
    {
        using var openssl = Process.Start(new ProcessStartInfo("openssl", arguments)
        {
            WorkingDirectory = _folder.Path,
            RedirectStandardError = true,
        })!;
        var errors = openssl.StandardError.ReadToEnd();
        openssl.WaitForExit();
        if (openssl.ExitCode != 0)
            throw new InvalidOperationException($"openssl {arguments}: {errors}");
    }
}
