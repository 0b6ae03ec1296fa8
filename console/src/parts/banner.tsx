/** What concerns the whole console: control is away, or this page is of a former version. */
import { useLive } from "../api/live";

export function Banner() {
  const { connection, outdated } = useLive();
  return (
    <div role="status" className="banners">
      {outdated && (
        <p className="banner banner-news">
          A new version is here.
          <button type="button" className="button" onClick={() => location.reload()}>
            Reload
          </button>
        </p>
      )}
      {connection === "away" && <p className="banner banner-away">Control is away. Requests are served on; what you see here is of before. Trying again …</p>}
    </div>
  );
}
