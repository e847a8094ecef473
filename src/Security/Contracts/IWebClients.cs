namespace Slipway.Security.Contracts;

/// <summary>Calls to other servers by the rules of deliveries: to those that this server may call.</summary>
public interface IWebClients
{
    /// <summary>Refuses (InvalidParameter) what is no address that may be called.</summary>
    /// <param name="what">It is called in the refusal.</param>
    Uri Parse(string url, string what = "URL");

    /// <summary>A client that checks each address that it connects to; its failure has the refusal within. It follows no redirection and has no time limit.</summary>
    HttpClient CreateClient();
}
