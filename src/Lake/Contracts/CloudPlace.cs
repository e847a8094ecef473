using System.Text.RegularExpressions;
using Slipway.ObjectStores;

namespace Slipway.Lake.Contracts;

/// <summary>A place in a cloud's storage, as its own addresses name it: a datastore that lies there may read it with its credentials.</summary>
/// <param name="Account">Of Azure; null: a bucket of S3.</param>
/// <param name="Container">Or file system, or bucket.</param>
/// <param name="Path">Of a file or a folder; empty: all.</param>
public sealed partial record CloudPlace(string? Account, string Container, string Path)
{
    /// <summary>wasb(s)://CONTAINER@ACCOUNT.…, abfs(s)://CONTAINER@ACCOUNT.…, s3://BUCKET/…, https://ACCOUNT.blob.…/CONTAINER/…; null: no such address.</summary>
    public static CloudPlace? Of(Uri address)
    {
        var path = Uri.UnescapeDataString(address.AbsolutePath).Trim('/');
        switch (address.Scheme)
        {
            case "wasb" or "wasbs" or "abfs" or "abfss" when address.UserInfo.Length > 0 && address.Host.Length > 0:
                return Checked(new CloudPlace(address.Host.Split('.')[0], address.UserInfo, path));
            case "s3" when address.Host.Length > 0:
                return Checked(new CloudPlace(null, address.Host, path));
            case "https" when StorageHost().Match(address.Host) is { Success: true } host && path.Split('/', 2) is [{ Length: > 0 } container, var rest]:
                return Checked(new CloudPlace(host.Groups["account"].Value, container, rest));
            default:
                return null;
        }
    }

    /// <summary>Where everybody may read it, if it is public; null: nowhere, or it is a folder, which cannot be listed there.</summary>
    public Uri? PublicAddress(Uri address) => address.Scheme == "https" ? address
        : Account is null || Path.Length == 0 || address.AbsolutePath.EndsWith('/') ? null
        : new Uri($"https://{address.Host.Replace(".dfs.", ".blob.", StringComparison.Ordinal)}/{Container}/{string.Join('/', Path.Split('/').Select(Uri.EscapeDataString))}");

    /// <summary>What a datastore there must say.</summary>
    public override string ToString() => Account is null ? $"type s3 and bucket {Container}" : $"account_name {Account} and container_name {Container}";

    private static CloudPlace Checked(CloudPlace place)
    {
        if (place.Path.Length > 0)
            ObjectName.Check(place.Path);
        return place;
    }

    [GeneratedRegex(@"\A(?<account>[a-z0-9]{1,63})\.(blob|dfs)\.[a-z0-9.]+\z")]
    private static partial Regex StorageHost();
}
