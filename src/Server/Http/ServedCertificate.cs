using System.Net.Security;
using Microsoft.Extensions.Logging;
using Slipway.Kernel;
using Slipway.Server.Contracts;

namespace Slipway.Server.Http;

/// <summary>
/// What a handshake presents. The files are looked at again at most once a second, and by what they hold: tools that renew
/// certificates replace files, links, or folders of links.
/// </summary>
internal sealed partial class ServedCertificate(CertificateFiles files, TimeProvider time, ILogger<ServedCertificate> logger)
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);

    private readonly Lock _look = new();
    private PemCertificate _served = PemCertificate.Read(files);
    private long _looked = time.GetTimestamp();
    private string? _told;

    public SslStreamCertificateContext Current()
    {
        if (time.GetElapsedTime(Volatile.Read(ref _looked)) < s_interval || !_look.TryEnter())
            return _served.Context;
        try
        {
            Look();
            Volatile.Write(ref _looked, time.GetTimestamp());
            return _served.Context;
        }
        finally
        {
            _look.Exit();
        }
    }

    private void Look()
    {
        try
        {
            if (!_served.IsOf(files))
            {
                _served = PemCertificate.Read(files);
                Log.Changed(logger, files.Certificate, _served.Context.TargetCertificate.NotAfter);
            }

            _told = null;
        }
        catch (SlipwayException exception)
        {
            // Half of a renewal: what was served until now holds, and each new reason is told once.
            if (_told != exception.Message)
                Log.Unusable(logger, exception.Message);
            _told = exception.Message;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(10012, LogLevel.Information, "Took the new certificate of {File}, which is good until {Until}")]
        public static partial void Changed(ILogger logger, string file, DateTime until);

        [LoggerMessage(10013, LogLevel.Warning, "A changed certificate was not taken, and the one before it is still served: {Reason}")]
        public static partial void Unusable(ILogger logger, string reason);
    }
}
