using System.Globalization;
using Slipway.Kernel;

namespace Slipway.Data;

/// <summary>
/// One server per home folder. The operating system holds the lock and drops it with the process, however that ends.
/// </summary>
public sealed class HomeLock : IDisposable
{
    private readonly FileStream _lock;
    private readonly string _holder;

    private HomeLock(FileStream @lock, string holder)
    {
        _lock = @lock;
        _holder = holder;
    }

    /// <summary>Conflict, naming the holder, when another server has it.</summary>
    public static HomeLock Acquire(string home)
    {
        // The lock also keeps others from reading the locked file, so who holds it stands in another one.
        var holder = Path.Combine(home, "lock.pid");
        try
        {
            Directory.CreateDirectory(home);
            var file = new FileStream(Path.Combine(home, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            File.WriteAllText(holder, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
            return new HomeLock(file, holder);
        }
        catch (IOException exception) when (IsHeld(exception))
        {
            var pid = File.Exists(holder) ? File.ReadAllText(holder).Trim() : "unknown";
            throw new SlipwayException(
                ErrorCode.Conflict,
                $"Another Slipway server (process {pid}) uses the home folder '{home}'; stop it or choose another folder with --home.",
                exception);
        }
        catch (IOException exception)
        {
            throw new SlipwayException(
                ErrorCode.Unavailable,
                $"'{home}' cannot be the home folder: {exception.Message.TrimEnd('.')}. Choose another one with --home.",
                exception);
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new SlipwayException(
                ErrorCode.PermissionDenied, $"The home folder '{home}' may not be written; choose another one with --home.", exception);
        }
    }

    public void Dispose()
    {
        File.Delete(_holder);
        _lock.Dispose();
    }

    // EWOULDBLOCK on Linux and macOS; ERROR_SHARING_VIOLATION
    private static bool IsHeld(IOException exception) => exception.HResult is 11 or 35 or unchecked((int)0x80070020);
}
