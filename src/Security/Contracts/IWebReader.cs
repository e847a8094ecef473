namespace Slipway.Security.Contracts;

/// <summary>Reads pages of other servers: of those that this server may call, as deliveries may.</summary>
public interface IWebReader
{
    /// <summary>Refuses (InvalidParameter) what is no address of a page.</summary>
    void Check(string url);

    /// <summary>The page's text. Refuses (InvalidParameter, Unavailable) what may not or cannot be read, is larger, or takes too long.</summary>
    Task<string> ReadAsync(string url, string accept, int mostBytes, CancellationToken ct);
}
