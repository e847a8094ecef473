using Slipway.ObjectStores;

namespace Slipway.Data;

/// <summary>Gives a whole file its name, durably and to be read only.</summary>
internal static class PublishedFile
{
    public static void Move(string path, string target)
    {
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead);

        var shard = Path.GetDirectoryName(target)!;
        if (!Directory.Exists(shard))
        {
            Directory.CreateDirectory(shard);
            Files.Sync(Path.GetDirectoryName(shard)!);
        }

        try
        {
            File.Move(path, target, overwrite: true);
        }
        catch (IOException) when (File.Exists(target))
        {
            // Windows does not replace a file that is being read; another writer stored the same content first.
            return;
        }

        Files.Sync(shard);
    }
}
