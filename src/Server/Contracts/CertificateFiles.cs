namespace Slipway.Server.Contracts;

/// <summary>PEM files of https addresses, which are read again when they have changed.</summary>
/// <param name="Certificate">The server's certificate, and behind it those that lead to the one that clients know.</param>
/// <param name="Key">Its private key, not encrypted; null: in the same file.</param>
public sealed record CertificateFiles(string Certificate, string? Key);
