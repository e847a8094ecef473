using System.Security.Cryptography;
using Slipway.Kernel;

namespace Slipway.Security.Secrets;

/// <summary>The key that seals the vault: 32 bytes in a file that only the server's user reads, made at first start.</summary>
internal sealed record VaultKey(byte[] Bytes, string Source)
{
    private const int Length = 32;

    public static VaultKey LoadOrCreate(string home)
    {
        var path = Path.Combine(home, "vault.key");
        if (!File.Exists(path))
            Create(path);
        var bytes = File.ReadAllBytes(path);
        return bytes.Length == Length
            ? new VaultKey(bytes, path)
            : throw new SlipwayException(
                ErrorCode.Corrupt, $"{path} is not a vault key (32 bytes). Restore it from a backup; secrets need it.");
    }

    private static void Create(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var temporary = path + "." + Environment.ProcessId;
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var file = new FileStream(temporary, options))
        {
            file.Write(RandomNumberGenerator.GetBytes(Length));
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: false);
    }
}
