using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Testbed.Sync;

/// <summary>Turns the managed objects behind <see cref="NativeSync"/>'s handles into plain data and back.</summary>
internal static class NativeObject
{
    /// <summary>Makes a handle that keeps the object alive until <see cref="Release"/>.</summary>
    internal static nint ToHandle(object target) => GCHandle.ToIntPtr(GCHandle.Alloc(target));

    /// <summary>The object behind a handle, without a check: a handle of another kind is the caller's bug.</summary>
    internal static T FromHandle<T>(nint handle)
        where T : class
        => Unsafe.As<T>(GCHandle.FromIntPtr(handle).Target!);

    /// <summary>Ends a handle; 0 does nothing.</summary>
    internal static void Release(nint handle)
    {
        if (handle != 0)
        {
            GCHandle.FromIntPtr(handle).Free();
        }
    }
}
