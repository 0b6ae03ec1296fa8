/** No page has this address. */
import { Link } from "wouter";
import { Page } from "../parts/page";

export default function Missing() {
  return (
    <Page title="There is nothing here">
      <div className="empty">
        <p>No page has this address.</p>
        <Link className="button primary" href="/">
          Go to the applications
        </Link>
      </div>
    </Page>
  );
}
