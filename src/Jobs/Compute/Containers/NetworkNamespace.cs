using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Slipway.Jobs.Compute.Containers;

/// <summary>Sockets in the network of another process. They stay there, whoever uses them.</summary>
internal static partial class NetworkNamespace
{
    private const int Network = 0x40000000;

    /// <summary>Makes a socket as in that process.</summary>
    /// <exception cref="IOException">It cannot be entered; that takes root.</exception>
    public static Socket Make(int process, Func<Socket> make)
    {
        Socket? made = null;
        Exception? failed = null;

        // A thread that has entered another namespace is of no more use to others; it ends with this.
        var thread = new Thread(() =>
        {
            try
            {
                using var name = File.OpenHandle($"/proc/{process}/ns/net");
                if (Enter(name.DangerousGetHandle().ToInt32(), Network) != 0)
                    throw new IOException(Marshal.GetLastPInvokeErrorMessage());
                made = make();
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or SocketException)
            {
                failed = exception;
            }
        });
        thread.Start();
        thread.Join();
        return failed is null ? made! : throw failed;
    }

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int Enter(int file, int kind);
}
