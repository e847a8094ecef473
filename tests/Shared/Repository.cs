namespace Slipway.Shared;

/// <summary>The checkout that the tests were built from.</summary>
public static class Repository
{
    private static readonly Lazy<string> s_root = new(Find);

    public static string Root() => s_root.Value;

    /// <summary>The full path of <paramref name="relative"/>, written with slashes from the root.</summary>
    public static string Path(string relative) => System.IO.Path.Combine([Root(), .. relative.Split('/')]);

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "Slipway.slnx")))
                return folder.FullName;
        }

        throw new InvalidOperationException($"No folder above {AppContext.BaseDirectory} holds Slipway.slnx.");
    }
}
