using Microsoft.Extensions.Logging.Abstractions;
using Slipway.Kernel;
using Slipway.Server.Contracts;
using Slipway.Server.Http;
using Slipway.Shared;
using Xunit;

namespace Slipway.Unit.Server;

public sealed class ServedCertificateTests : IDisposable
{
    private readonly OwnAuthority _authority = new();
    private readonly ManualTime _time = new();

    public void Dispose() => _authority.Dispose();

    [Theory]
    [InlineData("-newkey rsa:2048 -nodes")]
    [InlineData("-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes")]
    public void A_renewed_certificate_is_taken_a_second_later(string keyKind)
    {
        _authority.Issue(keyKind);
        var served = Serve();
        var first = served.Current().TargetCertificate.SerialNumber;
        _authority.Issue(keyKind);

        var before = served.Current().TargetCertificate.SerialNumber;
        _time.Advance(TimeSpan.FromSeconds(1));
        var after = served.Current().TargetCertificate.SerialNumber;

        Assert.Equal(first, before);
        Assert.NotEqual(first, after);
        Assert.Single(served.Current().IntermediateCertificates);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")]
    [InlineData(null)]
    public void Half_of_a_renewal_leaves_what_was_served(string? key)
    {
        _authority.Issue();
        var served = Serve();
        var first = served.Current().TargetCertificate.SerialNumber;
        var whole = File.ReadAllText(_authority.KeyFile);
        if (key is null)
            File.Delete(_authority.KeyFile);
        else
            File.WriteAllText(_authority.KeyFile, key);

        _time.Advance(TimeSpan.FromSeconds(1));
        var half = served.Current().TargetCertificate.SerialNumber;
        File.WriteAllText(_authority.KeyFile, whole);
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(first, half);
        Assert.Equal(first, served.Current().TargetCertificate.SerialNumber);
    }

    [Fact]
    public void Files_that_do_not_belong_together_are_refused_by_name()
    {
        _authority.Issue();
        File.Copy(_authority.CertificateFile, _authority.CertificateFile + ".old");
        _authority.Issue();

        var mixed = Assert.Throws<SlipwayException>(() => PemCertificate.Read(new CertificateFiles(_authority.CertificateFile + ".old", _authority.KeyFile)));
        var none = Assert.Throws<SlipwayException>(() => PemCertificate.Read(new CertificateFiles(_authority.KeyFile, _authority.KeyFile)));
        var away = Assert.Throws<SlipwayException>(() => PemCertificate.Read(new CertificateFiles(_authority.CertificateFile, "/nowhere/key.pem")));

        Assert.Contains("server.key are no certificate with its private key", mixed.Message, StringComparison.Ordinal);
        Assert.Contains("are no certificate", none.Message, StringComparison.Ordinal);
        Assert.Contains("/nowhere/key.pem cannot be read", away.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_may_stand_in_the_certificates_file()
    {
        _authority.Issue();
        File.AppendAllText(_authority.CertificateFile, File.ReadAllText(_authority.KeyFile));

        Assert.True(PemCertificate.Read(new CertificateFiles(_authority.CertificateFile, null)).Context.TargetCertificate.HasPrivateKey);
    }

    [Theory]
    [InlineData("Max open files            20000                30000                files     ", 20000)]
    [InlineData("Max open files            unlimited            unlimited            files     ", null)]
    [InlineData("Max processes             96000                96000                processes ", null)]
    public void The_limit_of_open_files_is_the_soft_one(string line, int? limit)
    {
        Assert.Equal(limit, OpenFiles.Parse(["Limit                     Soft Limit           Hard Limit           Units     ", line]));
    }

    private ServedCertificate Serve() => new(
        new CertificateFiles(_authority.CertificateFile, _authority.KeyFile), _time, NullLogger<ServedCertificate>.Instance);
}
